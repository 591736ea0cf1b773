// What every page shares: the theme, and regions that follow their form.
import { follow } from "./follow.js";
import { check } from "./check.js";
import { job } from "./job.js";
import { lists } from "./list.js";
import { choices } from "./choice.js";

const root = document.documentElement;
const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

for (const b of document.querySelectorAll("[data-theme-toggle]")) {
  const label = () => { b.textContent = dark() ? "Light" : "Dark"; b.setAttribute("aria-label", `Use the ${dark() ? "light" : "dark"} theme`); };
  b.hidden = false;
  label();
  b.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    label();
  });
}

for (const b of document.querySelectorAll("[data-print]")) {
  b.hidden = false;
  b.addEventListener("click", () => print());
}

follow();
lists();
choices();
for (const f of document.querySelectorAll("form[data-drop]")) check(f);
for (const c of document.querySelectorAll("[data-job]")) job(c);
for (const b of document.querySelectorAll("[data-net]")) import("./network.js").then((m) => m.network(b));
