// A closed choice list cuts a long title: it stands in full below the list.
const ruler = document.createElement("canvas").getContext("2d");

export function choices() {
  for (const list of document.querySelectorAll(".field > select")) {
    const full = document.createElement("small");
    full.className = "muted";
    full.setAttribute("aria-hidden", "true"); // a screen reader reads the choice itself whole
    list.after(full);
    const show = () => {
      const s = getComputedStyle(list);
      const text = list.selectedOptions[0]?.textContent ?? "";
      ruler.font = s.font;
      const room = list.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight) - 20; // the arrow
      full.textContent = ruler.measureText(text).width > room ? text : "";
      full.hidden = full.textContent === "";
    };
    list.addEventListener("change", show);
    new ResizeObserver(show).observe(list);
  }
}
