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
  const button = form.querySelector("button.primary");
  bar.hidden = false;
  button.disabled = true; // pressed twice, it would be checked twice
  say("handing in");
  ask.upload.addEventListener("progress", (e) => { bar.max = e.total; bar.value = e.loaded; });
  ask.addEventListener("load", () => {
    if (ask.status < 400 && ask.responseURL) location.assign(ask.responseURL);
    else {
      const page = new DOMParser().parseFromString(ask.responseText, "text/html");
      document.getElementById("main").replaceWith(page.getElementById("main"));
    }
  });
  ask.addEventListener("error", () => { bar.hidden = true; button.disabled = false; say("the upload broke off; try again"); });
  ask.open("POST", form.action);
  ask.send(data);
}

export function check(form) {
  const zone = form.querySelector("[data-zone]");
  const note = form.querySelector("[data-chosen]");
  let extra = [];
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const chosen = () => extra.length + inputs.reduce((n, i) => n + i.files.length, 0);
  const show = () => {
    const names = [...extra, ...inputs.flatMap((i) => [...i.files])].map((f) => f.name);
    const some = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    note.textContent = `${names.length === 1 ? "1 file chosen" : `${names.length} files chosen`}: ${some}. Now press Check.`;
  };
  for (const i of inputs) i.addEventListener("change", show);
  // Files may fall anywhere on the page: beside the zone a browser would open them and leave.
  for (const kind of ["dragenter", "dragover"]) addEventListener(kind, (e) => { e.preventDefault(); zone.classList.add("over"); });
  addEventListener("dragleave", (e) => { if (!e.relatedTarget) zone.classList.remove("over"); });
  addEventListener("drop", async (e) => {
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
