// What an eye would mind on the page that is open, as sentences: text that
// overlaps, is cut or leaves its frame, identifiers where words belong. See
// TestNothingOverlapsOrIsCut.
(() => {
  const faults = [];
  const say = (what, text) => { if (faults.length < 8) faults.push(`${what}: “${String(text).trim().slice(0, 90)}”`); };
  const slack = 1.5;
  for (const d of document.querySelectorAll("details")) d.open = true;

  if (document.documentElement.scrollWidth > innerWidth) say("the page is wider than the screen", document.documentElement.scrollWidth);

  // Regions that scroll sideways or cut; what a device sent may, in a box made for it.
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest(".sr, .skip, pre, code, select, textarea, svg, option") || e.scrollWidth <= e.clientWidth + slack || !e.checkVisibility()) continue;
    const s = getComputedStyle(e);
    if (s.display === "inline" || s.overflowX === "visible" || s.clipPath !== "none") continue;
    if (s.textOverflow === "ellipsis" && e.title) continue;
    say(`${e.tagName.toLowerCase()}.${e.className} is cut (${e.scrollWidth} in ${e.clientWidth})`, e.innerText || e.value);
  }
  const ruler = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll("input[placeholder]")) {
    if (!e.checkVisibility() || e.value) continue;
    const s = getComputedStyle(e);
    ruler.font = s.font;
    const room = e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight);
    if (ruler.measureText(e.placeholder).width > room) say("the placeholder is cut", e.placeholder);
  }

  // The boxes of all text that can be seen, a line each.
  const boxes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const of = n.parentElement, text = n.data.trim();
    if (!text || of.closest(".sr, .skip, title, script, option, noscript, textarea") || !of.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const head = of.closest("thead");
    if (head && getComputedStyle(head).clipPath !== "none") continue;
    if (!of.closest("code, pre, bdi, cite, .mono, .raw")) {
      const id = /(?<![\w./@:-])[a-z][a-z0-9]*_[a-z0-9_]+(?![\w/@])/.exec(text.replace(/“[^”]*”/g, ""));
      if (id) say(`an identifier, ${id[0]}, stands where words belong`, text);
    }
    const many = /(?<![\w.,])1 (?!is|was|has|plus|minus)[a-z]{2,}[a-rt-z]s\b/.exec(of.textContent);
    if (many && !/(us|is|ss)$/.test(many[0])) say("one of several", many[0]);
    range.selectNodeContents(n);
    const clip = of.closest(".facets, .raw");
    const frame = clip?.getBoundingClientRect();
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1 || frame && (r.bottom > frame.bottom || r.top < frame.top)) continue;
      boxes.push({ l: r.left, r: r.right, t: r.top, b: r.bottom, n, of, text });
    }
  }
  for (const x of boxes) {
    if (x.l < -slack || x.r > innerWidth + slack && !x.of.closest("pre, .raw")) say("text leaves the screen", x.text);
    const frame = x.of.closest("td, th, li, dd, dt, .card, .tile, .note, .empty, button, .button, label, .chip, main, header");
    const f = frame?.getBoundingClientRect();
    if (f && getComputedStyle(frame).display !== "inline" && (x.r > f.right + slack || x.l < f.left - slack) && !x.of.closest("pre, .raw")) say(`text leaves its ${frame.tagName.toLowerCase()}.${frame.className}`, x.text);
  }

  // No two texts on one another: a sweep from the top.
  boxes.sort((a, b) => a.t - b.t);
  for (let i = 0; i < boxes.length; i++) {
    for (let k = i + 1; k < boxes.length && boxes[k].t < boxes[i].b; k++) {
      const a = boxes[i], b = boxes[k];
      if (a.n === b.n) continue;
      const wide = Math.min(a.r, b.r) - Math.max(a.l, b.l), high = Math.min(a.b, b.b) - b.t;
      if (wide > 2 && high > 0.35 * Math.min(a.b - a.t, b.b - b.t)) say(`“${a.text.slice(0, 40)}” lies on`, b.text);
    }
  }

  // Labels of drawings stay in the drawing, and in the box they name.
  for (const t of document.querySelectorAll("svg text")) {
    if (!t.checkVisibility()) continue;
    const r = t.getBoundingClientRect(), s = t.ownerSVGElement.getBoundingClientRect();
    if (r.left < s.left - slack || r.right > s.right + slack || r.top < s.top - slack || r.bottom > s.bottom + slack) say("a label leaves its drawing", t.textContent);
    for (const e of t.ownerSVGElement.querySelectorAll("rect.box")) {
      const q = e.getBoundingClientRect(), x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
      if (x > q.left && x < q.right && y > q.top && y < q.bottom && (r.left < q.left || r.right > q.right || r.top < q.top || r.bottom > q.bottom)) say("a label leaves its box", t.textContent);
    }
  }
  for (const c of document.querySelectorAll("canvas")) {
    const ls = c.labels ?? [];
    ls.forEach((a, i) => {
      if (a.x < 0 || a.y < 0 || a.x + a.w > c.clientWidth || a.y + a.h > c.clientHeight) say("a label leaves its drawing", a.text);
      for (const b of ls.slice(i + 1)) if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) say(`the label ${a.text} lies on`, b.text);
    });
  }
  return faults;
})()
