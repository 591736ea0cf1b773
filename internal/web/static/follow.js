// A form with data-follow="ID" shows its answer in place: on a change the page
// it leads to is fetched and the element of that ID is taken over from it.
// Without scripts the form's button does the same with a full load.
let running;

export function say(text) {
  document.getElementById("said").textContent = text;
}

async function load(form) {
  const region = document.getElementById(form.dataset.follow);
  const url = form.action.split("?")[0] + "?" + new URLSearchParams([...new FormData(form)].filter(([, v]) => v !== ""));
  running?.abort();
  running = new AbortController();
  region.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.dataset.follow);
    if (!fresh) { location.assign(url); return; }
    region.replaceWith(fresh);
    history.replaceState(null, "", url);
    say(fresh.dataset.said ?? "updated");
  } catch (e) {
    if (e.name !== "AbortError") location.assign(url);
  } finally {
    region.removeAttribute("aria-busy");
  }
}

// inWords writes a day as the server does: "30 Jun 2020".
function inWords(iso) {
  const [y, m, d] = iso.split("-").map(Number);
  return m ? `${d} ${"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[m - 1]} ${y}` : iso;
}

// pair ties a slider of days to a date field: whichever moves sets the other.
function pair(slider, form) {
  const field = form.elements[slider.dataset.day];
  const day = 86400000;
  const out = form.querySelector("[data-day-shown]");
  const shown = () => { const w = inWords(field.value); if (out) out.textContent = w; slider.setAttribute("aria-valuetext", w); };
  slider.addEventListener("input", () => {
    field.value = new Date(slider.valueAsNumber * day).toISOString().slice(0, 10);
    shown();
  });
  field.addEventListener("input", () => {
    if (field.valueAsNumber) slider.value = field.valueAsNumber / day;
    shown();
  });
  shown();
}

export function follow() {
  for (const form of document.querySelectorAll("form[data-follow]")) {
    let timer;
    for (const slider of form.querySelectorAll("input[data-day]")) pair(slider, form);
    const soon = () => { clearTimeout(timer); timer = setTimeout(() => load(form), 180); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); load(form); });
  }
}
