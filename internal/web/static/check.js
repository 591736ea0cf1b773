// The page Check: files and folders dropped anywhere in the form, upload with progress.
import { say } from "./follow.js";

// files of everything dropped, folders walked.
async function dropped(items) {
  const out = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      out.push(await new Promise((ok, no) => entry.file(ok, no)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((ok, no) => reader.readEntries(ok, no));
      if (some.length === 0) return;
      for (const e of some) await walk(e);
    }
  };
  for (const e of [...items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean)) await walk(e);
  return out;
}

function send(form, extra) {
  const data = new FormData(form);
  for (const f of extra) data.append("file", f, f.name);
  const bar = form.querySelector("[data-upload]");
  const ask = new XMLHttpRequest();
  bar.hidden = false;
  ask.upload.addEventListener("progress", (e) => { bar.max = e.total; bar.value = e.loaded; });
  ask.addEventListener("load", () => {
    if (ask.status < 400 && ask.responseURL) location.assign(ask.responseURL);
    else {
      const page = new DOMParser().parseFromString(ask.responseText, "text/html");
      document.getElementById("main").replaceWith(page.getElementById("main"));
    }
  });
  ask.addEventListener("error", () => { bar.hidden = true; say("the upload broke off; try again"); });
  ask.open("POST", form.action);
  ask.send(data);
}

export function check(form) {
  const zone = form.querySelector("[data-zone]");
  const note = form.querySelector("[data-chosen]");
  let extra = [];
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const chosen = () => extra.length + inputs.reduce((n, i) => n + i.files.length, 0);
  const show = () => { const n = chosen(); note.textContent = n === 1 ? "1 file chosen" : `${n} files chosen`; };
  for (const i of inputs) i.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (e) => { e.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (e) => {
    e.preventDefault();
    zone.classList.remove("over");
    extra = extra.concat(await dropped(e.dataTransfer.items));
    show();
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (chosen() === 0) { note.textContent = "Choose at least one file first."; return; }
    send(form, extra);
  });
}
