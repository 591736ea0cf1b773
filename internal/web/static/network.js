// The drawing of the network: one canvas, drawn in few strokes so that five
// thousand things move smoothly. The server has laid it out; here it is moved,
// zoomed, searched and coloured. The table under it has the same links.
const shapes = [square, triangle, diamond];

function square(p, x, y, r) { p.rect(x - r, y - r, 2 * r, 2 * r); }
function triangle(p, x, y, r) { p.moveTo(x, y - 1.2 * r); p.lineTo(x + 1.1 * r, y + r); p.lineTo(x - 1.1 * r, y + r); p.closePath(); }
function diamond(p, x, y, r) { p.moveTo(x, y - 1.3 * r); p.lineTo(x + 1.3 * r, y); p.lineTo(x, y + 1.3 * r); p.lineTo(x - 1.3 * r, y); p.closePath(); }
function round(p, x, y, r) { p.moveTo(x + r, y); p.arc(x, y, r, 0, 6.2832); }

export async function network(box) {
  const canvas = box.querySelector("[data-net-canvas]");
  const said = box.querySelector("[data-net-said]");
  const graph = await (await fetch(box.dataset.net)).json();
  box.hidden = false;
  const pen = canvas.getContext("2d", { alpha: false });
  let scale = 1, left = 0, top = 0, chosen = -1, over = -1, maker = -1, found = "", asked = false, touched = false;

  const X = (n) => n[2], Y = (n) => n[3];
  const shows = (n) => (maker < 0 || n[5] === maker) && (!found || n[1].toLowerCase().includes(found));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Names are written for the busiest things first, then by verdict, and only where there is room.
  const degree = new Uint32Array(graph.nodes.length);
  for (const [a, b] of graph.links) { degree[a]++; degree[b]++; }
  const grave = (n) => n[4] < 0 ? 3 : n[4];
  const weight = graph.nodes.map((n, i) => degree[i] * (n[0] ? 1 : 0.1) * (/^([0-9a-f]{2}:){5}/.test(n[1]) ? 0.3 : 1)); // what is inferred or has no name but its address says less
  const busiest = [...degree.keys()].sort((a, b) => weight[b] - weight[a] || grave(graph.nodes[a]) - grave(graph.nodes[b]));
  const names = graph.nodes.map((n) => n[1].length > 28 ? n[1].slice(0, 27) + "…" : n[1]);
  const widths = [];

  // Paths are made once a choice and drawn scaled: moving costs no more than drawing.
  let layers = [];
  function layer() {
    const strokes = [new Path2D(), new Path2D()];
    for (const [a, b] of graph.links) {
      const m = graph.nodes[a], n = graph.nodes[b];
      const p = strokes[(maker >= 0 || found) && (shows(m) || shows(n)) ? 1 : 0];
      p.moveTo(X(m), Y(m));
      p.lineTo(X(n), Y(n));
    }
    const kinds = [0, 1, 2, 3].map(() => ({ bright: new Path2D(), dim: new Path2D() }));
    for (const n of graph.nodes) {
      const k = n[4] < 0 ? 3 : n[4];
      (shapes[k] ?? round)(kinds[k][shows(n) ? "bright" : "dim"], X(n), Y(n), n[4] < 0 ? 4 : 5);
    }
    layers = { strokes, kinds };
    soon();
  }

  function draw() {
    asked = false;
    const dpr = devicePixelRatio, w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== w * dpr || canvas.height !== h * dpr) { canvas.width = w * dpr; canvas.height = h * dpr; }
    const c = { surface: colour("--surface"), line: colour("--strong"), accent: colour("--accent"), text: colour("--text"), kinds: ["--prohibited", "--restricted", "--undetermined", "--none"].map(colour) };
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = c.surface;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale * dpr, 0, 0, scale * dpr, left * dpr, top * dpr);
    pen.lineWidth = 1 / scale;
    pen.strokeStyle = c.line;
    pen.globalAlpha = maker >= 0 || found ? 0.3 : 0.7;
    pen.stroke(layers.strokes[0]);
    pen.globalAlpha = 1;
    pen.strokeStyle = c.accent;
    pen.lineWidth = 2 / scale;
    pen.stroke(layers.strokes[1]);
    layers.kinds.forEach((k, i) => {
      pen.fillStyle = c.kinds[i];
      pen.globalAlpha = 0.18;
      pen.fill(k.dim);
      pen.globalAlpha = 1;
      pen.fill(k.bright);
    });
    labels(c, w, h, dpr);
  }

  // The places that are taken, by squares of a grid, so that a label is compared with its neighbours alone.
  const square = 32, high = 15, most = 120;
  function grid() {
    const cells = new Map();
    const each = (x, y, w, h, f) => {
      for (let i = Math.floor(x / square); i <= (x + w) / square; i++) for (let k = Math.floor(y / square); k <= (y + h) / square; k++) {
        if (f(i * 65536 + k)) return true;
      }
      return false;
    };
    return {
      take: (x, y, w, h) => each(x, y, w, h, (k) => { const at = cells.get(k); if (at) at.push(x, y, w, h); else cells.set(k, [x, y, w, h]); }),
      free: (x, y, w, h) => !each(x, y, w, h, (k) => {
        const at = cells.get(k) ?? [];
        for (let i = 0; i < at.length; i += 4) if (x < at[i] + at[i + 2] && at[i] < x + w && y < at[i + 1] + at[i + 3] && at[i + 1] < y + h) return true;
        return false;
      }),
    };
  }

  function labels(c, w, h, dpr) {
    pen.setTransform(dpr, 0, 0, dpr, 0, 0);
    pen.font = "12px system-ui, sans-serif";
    pen.strokeStyle = c.surface;
    pen.lineWidth = 3;
    const taken = grid(), named = grid(), seen = [], r = 6 * Math.min(scale, 1.6);
    for (const i of busiest) {
      const x = X(graph.nodes[i]) * scale + left, y = Y(graph.nodes[i]) * scale + top;
      if (x < -r || y < -r || x > w + r || y > h + r) continue;
      taken.take(x - r, y - r, 2 * r, 2 * r);
      seen.push(i);
    }
    canvas.labels = [];
    const write = (i) => {
      const n = graph.nodes[i], x = X(n) * scale + left, y = Y(n) * scale + top;
      const wide = widths[i] ??= Math.ceil(pen.measureText(names[i]).width) + 2;
      for (const [a, b] of [[x + r + 3, y - high / 2], [x - r - 3 - wide, y - high / 2], [x - wide / 2, y + r + 2], [x - wide / 2, y - r - 2 - high]]) {
        if (a < 2 || b < 2 || a + wide > w - 2 || b + high > h - 2 || !taken.free(a, b, wide, high)) continue;
        put(i, a, b, wide);
        return;
      }
      // A busy thing in a crowd is named over the crowd, if over no other name.
      const a = Math.max(2, Math.min(w - wide - 2, x - wide / 2)), b = y - high / 2;
      if (degree[i] > 5 && b > 2 && b + high < h - 2 && named.free(a, b, wide, high)) {
        pen.fillStyle = c.surface;
        pen.globalAlpha = 0.85;
        pen.fillRect(a, b, wide, high);
        pen.globalAlpha = 1;
        put(i, a, b, wide);
      }
    };
    const put = (i, a, b, wide) => {
      for (const g of [taken, named]) g.take(a, b, wide, high);
      canvas.labels.push({ x: a, y: b, w: wide, h: high, text: names[i] });
      pen.strokeText(names[i], a + 1, b + 12);
      pen.fillStyle = c.text;
      pen.fillText(names[i], a + 1, b + 12);
    };
    let tries = 0;
    for (const i of seen) {
      if (canvas.labels.length === most || ++tries > 6 * most) break;
      if (names[i] && shows(graph.nodes[i]) && (scale >= 0.6 || degree[i] > 5)) write(i);
    }
    if (over >= 0 && over !== chosen) plate(over, c, w, h);
    if (chosen >= 0) plate(chosen, c, w, h);
    if (chosen >= 0) {
      const n = graph.nodes[chosen], x = X(n) * scale + left, y = Y(n) * scale + top;
      pen.strokeStyle = c.accent;
      pen.lineWidth = 3;
      pen.beginPath();
      pen.arc(x, y, 11, 0, 6.2832);
      pen.stroke();
    }
  }

  // plate writes the name of what is pointed at over everything else.
  function plate(i, c, w, h) {
    const n = graph.nodes[i], text = n[1] || n[0] || "hidden", wide = pen.measureText(text).width + 12;
    const x = Math.max(2, Math.min(w - wide - 2, X(n) * scale + left - wide / 2)), y = Math.max(2, Y(n) * scale + top - 34);
    pen.fillStyle = c.text;
    pen.fillRect(x, y, wide, 20);
    pen.fillStyle = c.surface;
    pen.fillText(text, x + 6, y + 14);
  }

  function soon() { if (!asked) { asked = true; requestAnimationFrame(draw); } }

  function all() {
    const xs = graph.nodes.map(X), ys = graph.nodes.map(Y);
    const wide = Math.max(...xs) + 30, high = Math.max(...ys) + 30;
    scale = Math.min(canvas.clientWidth / wide, canvas.clientHeight / high, 1.6);
    left = (canvas.clientWidth - wide * scale) / 2;
    top = (canvas.clientHeight - high * scale) / 2;
    soon();
  }

  // fit shows all again when the drawing gets another size and nobody has moved it yet.
  const fit = () => touched ? soon() : all();

  function zoom(by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    touched = true;
    const s = Math.min(8, Math.max(0.02, scale * by));
    left = x - (x - left) * s / scale;
    top = y - (y - top) * s / scale;
    scale = s;
    soon();
  }

  function near(x, y) {
    let best = -1, least = 14;
    graph.nodes.forEach((n, i) => {
      const d = Math.hypot(X(n) * scale + left - x, Y(n) * scale + top - y);
      if (d < least) { least = d; best = i; }
    });
    return best;
  }

  function choose(i) {
    chosen = i;
    said.textContent = "";
    if (i >= 0) {
      const n = graph.nodes[i];
      const links = graph.links.filter(([a, b]) => a === i || b === i).length;
      const name = document.createElement(n[0] ? "a" : "em");
      if (n[0]) name.href = "/asset/" + n[0];
      name.textContent = n[1] || n[0] || "hidden";
      said.append(name, ` · ${!n[0] ? "inferred" : n[4] < 0 ? "no finding" : graph.verdicts[n[4]]} · ${n[5] < 0 ? "maker not known" : graph.makers[n[5]].name} · ${links} ${links === 1 ? "link" : "links"}`);
    }
    soon();
  }

  const pressed = new Map();
  let moved = 0, apart = 0;
  canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); pressed.set(e.pointerId, [e.offsetX, e.offsetY]); moved = apart = 0; });
  canvas.addEventListener("pointermove", (e) => {
    const from = pressed.get(e.pointerId);
    if (!from) {
      const i = e.pointerType === "mouse" ? near(e.offsetX, e.offsetY) : -1;
      if (i !== over) { over = i; soon(); }
      return;
    }
    pressed.set(e.pointerId, [e.offsetX, e.offsetY]);
    if (pressed.size === 2) {
      const [p, q] = [...pressed.values()], d = Math.hypot(p[0] - q[0], p[1] - q[1]);
      if (apart) zoom(d / apart, (p[0] + q[0]) / 2, (p[1] + q[1]) / 2);
      apart = d;
      return;
    }
    touched = true;
    moved += Math.abs(e.offsetX - from[0]) + Math.abs(e.offsetY - from[1]);
    left += e.offsetX - from[0];
    top += e.offsetY - from[1];
    soon();
  });
  canvas.addEventListener("pointerleave", () => { if (over >= 0) { over = -1; soon(); } });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (e) => {
    if (pressed.delete(e.pointerId) && moved < 4 && end === "pointerup") choose(near(e.offsetX, e.offsetY));
  });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY); }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step) { touched = true; left += step[0]; top += step[1]; soon(); } else if (e.key === "+" || e.key === "=") zoom(1.25); else if (e.key === "-") zoom(0.8); else if (e.key === "0") all(); else return;
    e.preventDefault();
  });
  const pick = document.querySelector("[data-net-maker]");
  const tell = () => { said.textContent = maker >= 0 || found ? `${graph.nodes.filter(shows).length} things shown bright` : ""; };
  pick.addEventListener("change", () => { maker = graph.makers.findIndex((m) => m.id === pick.value); tell(); layer(); });
  document.querySelector("[data-net-find]").addEventListener("input", (e) => { found = e.target.value.trim().toLowerCase(); tell(); layer(); });
  new ResizeObserver(fit).observe(canvas);
  new MutationObserver(soon).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  maker = graph.makers.findIndex((m) => m.id === pick.value);
  layer();
  all();
  box.dataset.ready = graph.nodes.length;
}
