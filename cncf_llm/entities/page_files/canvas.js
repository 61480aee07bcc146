// Draws the graph on the canvas, and says what is at a point of it.

const canvas = document.getElementById("canvas");
const pen = canvas.getContext("2d");
const view = { x: 0, y: 0, zoom: 1, whole: 1, width: 0, height: 0 };
const focus = { node: null, edge: null, over: null };
let colours = {};
let pending = false;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["page", "ink", "soft", "edge", "accent"]) {
    colours[name] = style.getPropertyValue("--" + name).trim();
  }
}

function draw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => { pending = false; paint(); });
}

function resize() {
  const box = canvas.getBoundingClientRect();
  const dots = window.devicePixelRatio || 1;
  const first = view.width === 0;
  view.width = box.width;
  view.height = box.height;
  canvas.width = Math.round(box.width * dots);
  canvas.height = Math.round(box.height * dots);
  if (first) fit();
  draw();
}

// Shows these nodes whole. A few far-off ones of all do not decide the zoom.
function fit(some = nodes.filter((node) => node.shown)) {
  const list = some.length ? some : nodes;
  if (!list.length) return;
  const reach = (key) => {
    const sorted = list.map((node) => node[key]).sort((a, b) => a - b);
    const cut = list.length > 200 ? Math.floor(list.length * 0.005) : 0;
    return [sorted[cut], sorted[sorted.length - 1 - cut]];
  };
  const [left, right] = reach("x");
  const [top, bottom] = reach("y");
  view.zoom = Math.min(
    (view.width - 130) / (right - left + 1), (view.height - 90) / (bottom - top + 1), 2.2);
  if (list.length === nodes.length) view.whole = view.zoom;
  view.x = (left + right) / 2;
  view.y = (top + bottom) / 2;
  draw();
}

function zoomBy(factor, x = view.width / 2, y = view.height / 2) {
  const before = toWorld(x, y);
  view.zoom = Math.min(Math.max(view.zoom * factor, view.whole / 3), 8);
  const after = toWorld(x, y);
  view.x += before.x - after.x;
  view.y += before.y - after.y;
  draw();
}

// Shows a node with its neighbours in the part of the canvas that the card leaves free.
function moveTo(node) {
  const around = [...near()].filter((one) => one.shown);
  const box = card.getBoundingClientRect();
  const below = box.width > view.width * 0.6;
  const width = view.width - (below ? 0 : box.width + 32);
  const height = view.height - (below ? box.height + 16 : 0);
  const reach = (key) => {
    const all = around.map((one) => one[key]);
    return [Math.min(...all), Math.max(...all)];
  };
  const [left, right] = reach("x");
  const [top, bottom] = reach("y");
  const zoom = Math.min((width - 180) / (right - left + 1), (height - 130) / (bottom - top + 1));
  view.zoom = Math.min(Math.max(zoom, view.whole), 1.4);
  view.x = (left + right) / 2 + (view.width - width) / 2 / view.zoom;
  view.y = (top + bottom) / 2 + (view.height - height) / 2 / view.zoom;
  draw();
}

function toWorld(x, y) {
  return {
    x: (x - view.width / 2) / view.zoom + view.x,
    y: (y - view.height / 2) / view.zoom + view.y,
  };
}

function toScreen(node) {
  return {
    x: (node.x - view.x) * view.zoom + view.width / 2,
    y: (node.y - view.y) * view.zoom + view.height / 2,
  };
}

// Circles grow more slowly than the distances between them, so that zooming in makes room.
function radius(node) {
  return Math.max(1.6, node.radius * Math.min(view.zoom ** 0.75, view.zoom ** 0.5));
}

function near() {
  if (focus.edge) return new Set([focus.edge.head, focus.edge.tail]);
  if (!focus.node) return null;
  const found = new Set([focus.node]);
  for (const edge of focus.node.edges) if (edge.shown) found.add(edge.head).add(edge.tail);
  return found;
}

function paint() {
  const dots = window.devicePixelRatio || 1;
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  const chosen = near();
  const lit = (edge) => edge === focus.edge
    || (focus.node && (edge.head === focus.node || edge.tail === focus.node));
  const plain = edges.filter((edge) => edge.shown && !lit(edge));
  const calm = Math.max(0.25, Math.min(0.75, 20 / Math.sqrt(plain.length + 1))); // many lines, paler
  paintEdges(plain, colours.edge, chosen ? 0.12 : calm, 1);
  if (chosen) {
    const bright = edges.filter((edge) => edge.shown && lit(edge));
    paintEdges(bright, colours.accent, 0.85, 1.5);
    if (bright.length <= 400) bright.forEach(paintArrow);
  }
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at];
    if (node.shown) paintNode(node, chosen && !chosen.has(node));
  }
  pen.globalAlpha = 1;
  paintNames(chosen);
}

function paintEdges(list, colour, alpha, width) {
  pen.strokeStyle = colour;
  pen.globalAlpha = alpha;
  pen.lineWidth = width;
  for (const stated of [false, true]) {
    pen.setLineDash(stated ? [] : [4, 4]);
    pen.beginPath();
    for (const edge of list) {
      if ((edge.sentence !== null) !== stated) continue;
      const a = toScreen(edge.head), b = toScreen(edge.tail);
      if (Math.max(a.x, b.x) < 0 || Math.min(a.x, b.x) > view.width
        || Math.max(a.y, b.y) < 0 || Math.min(a.y, b.y) > view.height) continue;
      pen.moveTo(a.x, a.y);
      pen.lineTo(b.x, b.y);
    }
    pen.stroke();
  }
  pen.setLineDash([]);
}

function paintArrow(edge) {
  const a = toScreen(edge.head), b = toScreen(edge.tail);
  const long = Math.hypot(b.x - a.x, b.y - a.y);
  const room = radius(edge.tail) + 2;
  if (long < room + 12) return;
  const x = (b.x - a.x) / long, y = (b.y - a.y) / long;
  const tip = { x: b.x - x * room, y: b.y - y * room };
  pen.fillStyle = colours.accent;
  pen.beginPath();
  pen.moveTo(tip.x, tip.y);
  pen.lineTo(tip.x - 8 * x + 3.5 * y, tip.y - 8 * y - 3.5 * x);
  pen.lineTo(tip.x - 8 * x - 3.5 * y, tip.y - 8 * y + 3.5 * x);
  pen.fill();
}

function paintNode(node, faint) {
  const at = toScreen(node), size = radius(node);
  if (at.x < -size || at.x > view.width + size || at.y < -size || at.y > view.height + size) return;
  pen.globalAlpha = faint ? 0.16 : 1;
  pen.fillStyle = node.colour;
  pen.beginPath();
  pen.arc(at.x, at.y, size, 0, 2 * Math.PI);
  pen.fill();
  pen.lineWidth = node === focus.node ? 3 : 1;
  pen.strokeStyle = node === focus.node ? colours.ink : colours.page;
  if (size > 2.5 || node === focus.node) pen.stroke();
}

// Names of what is chosen first, then by rank, each where it covers no other.
function paintNames(chosen) {
  const taken = new Map();
  const first = [focus.over, focus.node, ...(chosen || [])].filter((node) => node && node.shown);
  const rest = chosen ? [] : nodes.filter((node) => node.shown);
  const most = Math.max(24, Math.round(view.width * view.height / 9000));
  const written = new Set();
  for (const node of nodes) {
    const size = node.shown ? radius(node) : 0;
    if (size < 9 || chosen && !chosen.has(node)) continue;
    const at = toScreen(node);
    claim(taken, at.x - size * 0.8, at.y - size * 0.8, at.x + size * 0.8, at.y + size * 0.8);
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.lineJoin = "round";
  for (const node of [...first, ...rest]) {
    if (written.size >= most) break;
    if (written.has(node)) continue;
    const at = toScreen(node), size = radius(node);
    if (at.x < 0 || at.x > view.width || at.y < 0 || at.y > view.height) continue;
    const height = Math.min(15, Math.max(11, 9 + size * 0.28));
    pen.font = (size > 9 ? "600 " : "") + height + "px system-ui, sans-serif";
    const name = node.name.length > 34 ? node.name.slice(0, 16) + "…" + node.name.slice(-16) : node.name;
    const half = pen.measureText(name).width / 2 + 3;
    const top = at.y + size + 2;
    const must = node === focus.over || node === focus.node;
    if (!claim(taken, at.x - half, top, at.x + half, top + height + 2) && !must) continue;
    written.add(node);
    pen.strokeStyle = colours.page;
    pen.lineWidth = 3.5;
    pen.strokeText(name, at.x, top);
    pen.fillStyle = colours.ink;
    pen.fillText(name, at.x, top);
  }
}

// Takes a box of the screen unless a part of it is taken. Boxes are kept by the 80-pixel tiles they touch.
function claim(taken, left, top, right, bottom) {
  const tiles = [];
  for (let x = Math.floor(left / 80); x <= right / 80; x++) {
    for (let y = Math.floor(top / 80); y <= bottom / 80; y++) tiles.push(x + ":" + y);
  }
  for (const tile of tiles) {
    for (const box of taken.get(tile) || []) {
      if (left < box[2] && box[0] < right && top < box[3] && box[1] < bottom) return false;
    }
  }
  for (const tile of tiles) {
    if (!taken.has(tile)) taken.set(tile, []);
    taken.get(tile).push([left, top, right, bottom]);
  }
  return true;
}

// What is at a point of the screen: a node, else an edge. A finger needs more room than a mouse.
function at(x, y, room = 3) {
  let best = null, least = Infinity;
  for (const node of nodes) {
    if (!node.shown) continue;
    const spot = toScreen(node);
    const far = Math.hypot(spot.x - x, spot.y - y) - radius(node);
    if (far < room && far < least) [best, least] = [node, far];
  }
  if (best) return { node: best };
  least = room + 1.5;
  const chosen = near();
  for (const edge of edges) {
    if (!edge.shown) continue;
    if (chosen && !(chosen.has(edge.head) && chosen.has(edge.tail))) continue;
    const far = distance(x, y, toScreen(edge.head), toScreen(edge.tail));
    if (far < least) [best, least] = [edge, far];
  }
  return best ? { edge: best } : null;
}

function distance(x, y, a, b) {
  const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const share = length ? ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / length : 0;
  const part = Math.min(1, Math.max(0, share));
  return Math.hypot(a.x + part * (b.x - a.x) - x, a.y + part * (b.y - a.y) - y);
}
