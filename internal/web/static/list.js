// Lists: saved views (kept in this browser), tick all, columns corrected in place.
const key = (base) => "telltale views " + base;
const read = (base) => { try { return JSON.parse(localStorage.getItem(key(base))) ?? []; } catch { return []; } };

function showViews(list) {
  const base = list.dataset.savedViews;
  const views = read(base);
  list.replaceChildren(...views.map((v, n) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "chip";
    link.href = base + v.query;
    link.textContent = v.name;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "chip";
    drop.textContent = "×";
    drop.setAttribute("aria-label", "Forget the view " + v.name);
    drop.addEventListener("click", () => { views.splice(n, 1); localStorage.setItem(key(base), JSON.stringify(views)); showViews(list); });
    item.append(link, drop);
    return item;
  }));
  list.hidden = views.length === 0;
}

export function lists() {
  const saved = document.querySelector("[data-saved-views]");
  if (saved) showViews(saved);
  for (const b of document.querySelectorAll("[data-save-view]")) {
    const q = new URLSearchParams(location.search).get("q");
    b.hidden = !q;
    b.addEventListener("click", () => {
      const base = b.dataset.saveView;
      localStorage.setItem(key(base), JSON.stringify([...read(base).filter((v) => v.name !== q), { name: q, query: location.search }]));
      showViews(saved);
    });
  }
  for (const all of document.querySelectorAll("[data-all]")) {
    all.addEventListener("change", () => { for (const c of all.form.querySelectorAll("input[name=question]")) c.checked = all.checked; });
  }
}
