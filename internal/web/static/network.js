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
  let scale = 1, left = 0, top = 0, chosen = -1, maker = -1, found = "", asked = false;

  const X = (n) => n[2], Y = (n) => n[3];
  const shows = (n) => (maker < 0 || n[5] === maker) && (!found || n[1].toLowerCase().includes(found));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Names are written for the busiest things first, and only where there is room.
  const degree = new Uint32Array(graph.nodes.length);
  for (const [a, b] of graph.links) { degree[a]++; degree[b]++; }
  const busiest = [...degree.keys()].sort((a, b) => degree[b] - degree[a]).slice(0, 2000);

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

  function labels(c, w, h, dpr) {
    pen.setTransform(dpr, 0, 0, dpr, 0, 0);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = c.text;
    pen.strokeStyle = c.surface;
    pen.lineWidth = 3;
    const taken = [];
    const free = (x, y, wide) => taken.every(([a, b, c]) => x > a + c || a > x + wide || Math.abs(y - b) > 13);
    for (const i of busiest) {
      const n = graph.nodes[i], x = X(n) * scale + left + 8, y = Y(n) * scale + top + 4;
      if (taken.length === 120) break;
      if (x < 0 || y < 0 || x > w || y > h || !shows(n) || scale < 0.6 && degree[i] < 6) continue;
      const text = n[1].length > 24 ? n[1].slice(0, 23) + "…" : n[1], wide = text.length * 7;
      if (!free(x, y, wide)) continue;
      taken.push([x, y, wide]);
      pen.strokeText(text, x, y);
      pen.fillText(text, x, y);
    }
    if (chosen >= 0) {
      const n = graph.nodes[chosen], x = X(n) * scale + left, y = Y(n) * scale + top;
      pen.strokeStyle = c.accent;
      pen.lineWidth = 3;
      pen.beginPath();
      pen.arc(x, y, 11, 0, 6.2832);
      pen.stroke();
    }
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

  function zoom(by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
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
    if (!from) return;
    pressed.set(e.pointerId, [e.offsetX, e.offsetY]);
    if (pressed.size === 2) {
      const [p, q] = [...pressed.values()], d = Math.hypot(p[0] - q[0], p[1] - q[1]);
      if (apart) zoom(d / apart, (p[0] + q[0]) / 2, (p[1] + q[1]) / 2);
      apart = d;
      return;
    }
    moved += Math.abs(e.offsetX - from[0]) + Math.abs(e.offsetY - from[1]);
    left += e.offsetX - from[0];
    top += e.offsetY - from[1];
    soon();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (e) => {
    if (pressed.delete(e.pointerId) && moved < 4 && end === "pointerup") choose(near(e.offsetX, e.offsetY));
  });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY); }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step) { left += step[0]; top += step[1]; soon(); } else if (e.key === "+" || e.key === "=") zoom(1.25); else if (e.key === "-") zoom(0.8); else if (e.key === "0") all(); else return;
    e.preventDefault();
  });
  const pick = document.querySelector("[data-net-maker]");
  const tell = () => { said.textContent = maker >= 0 || found ? `${graph.nodes.filter(shows).length} things shown bright` : ""; };
  pick.addEventListener("change", () => { maker = graph.makers.findIndex((m) => m.id === pick.value); tell(); layer(); });
  document.querySelector("[data-net-find]").addEventListener("input", (e) => { found = e.target.value.trim().toLowerCase(); tell(); layer(); });
  new ResizeObserver(soon).observe(canvas);
  new MutationObserver(soon).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  maker = graph.makers.findIndex((m) => m.id === pick.value);
  layer();
  all();
  box.dataset.ready = graph.nodes.length;
}
