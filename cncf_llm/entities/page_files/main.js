// What the reader does: search, filter, choose, move.

const query = document.getElementById("query");
const hits = document.getElementById("hits");
const tip = document.getElementById("tip");
const HITS = 30;
let found = [], marked = -1;

function chooseNode(node, move = false) {
  if (!node.shown) resetFilter();
  Object.assign(focus, { node, edge: null });
  showNode(node);
  if (move) moveTo(node);
  remember("#" + node.id);
  draw();
}

function chooseEdge(edge) {
  Object.assign(focus, { node: null, edge });
  showEdge(edge);
  draw();
}

function clear() {
  Object.assign(focus, { node: null, edge: null });
  card.hidden = true;
  remember("#");
  draw();
}

// The address then names what is chosen, so that it can be passed on.
function remember(hash) {
  if (location.hash !== hash && (hash !== "#" || location.hash)) history.replaceState(null, "", hash);
}

function fromAddress() {
  const node = nodes.find((one) => "#" + one.id === location.hash);
  if (node) chooseNode(node, true);
}

// Search

function showHits() {
  found = search(query.value, HITS);
  marked = found.length ? 0 : -1;
  const open = query.value.trim() !== "";
  hits.hidden = !open;
  query.setAttribute("aria-expanded", String(open));
  const rows = found.map((node, at) => make("li", { role: "option", id: "hit-" + at,
    onpointerdown: (event) => { event.preventDefault(); take(node); } },
    ...named(node), make("small", {}, words(node.label))));
  hits.replaceChildren(...(rows.length ? rows : [make("li", { class: "none" }, "nothing shown has this name")]));
  mark(marked);
}

function mark(at) {
  marked = at;
  [...hits.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
  if (at >= 0) {
    hits.children[at].scrollIntoView({ block: "nearest" });
    query.setAttribute("aria-activedescendant", "hit-" + at);
  } else query.removeAttribute("aria-activedescendant");
}

function take(node) {
  closeHits();
  query.value = node.name;
  chooseNode(node, true);
}

function closeHits() {
  hits.hidden = true;
  query.setAttribute("aria-expanded", "false");
}

query.addEventListener("input", showHits);
query.addEventListener("focus", () => { query.select(); if (query.value) showHits(); });
query.addEventListener("blur", closeHits);
query.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && found.length) mark((marked + 1) % found.length);
  else if (event.key === "ArrowUp" && found.length) mark((marked + found.length - 1) % found.length);
  else if (event.key === "Enter" && found[marked]) take(found[marked]);
  else if (event.key === "Escape" && !hits.hidden) closeHits();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

// Filters

function choice(box, values, chosen, colour, about, count) {
  const parent = document.getElementById(box);
  for (const value of values) {
    const input = make("input", { type: "checkbox", value });
    input.checked = true;
    input.addEventListener("change", () => {
      if (input.checked) chosen.add(value); else chosen.delete(value);
      refilter();
    });
    const row = make("label", { title: about(value) }, input);
    if (colour) row.append(dot(colour(value)));
    row.append(make("span", {}, words(value)), make("small", {}, count(value).toLocaleString("en")));
    parent.append(row);
  }
  for (const [end, on] of [["-all", true], ["-none", false]]) {
    document.getElementById(box + end).addEventListener("click", () => {
      chosen.clear();
      if (on) values.forEach((value) => chosen.add(value));
      parent.querySelectorAll("input").forEach((input) => { input.checked = on; });
      refilter();
    });
  }
}

function refilter() {
  applyFilter();
  const some = nodes.filter((node) => node.shown).length;
  const links = edges.filter((edge) => edge.shown).length;
  document.getElementById("status").textContent = some === nodes.length && links === edges.length
    ? "" : plural(some, "entity", "entities") + " and " + plural(links, "relation") + " shown";
  if (focus.node && !focus.node.shown || focus.edge && !focus.edge.shown) clear();
  else if (focus.node) showNode(focus.node);
  draw();
}

function resetFilter() {
  document.getElementById("project").value = "";
  filter.project = null;
  document.getElementById("labels-all").click();
  document.getElementById("types-all").click();
}

const count = (key, list) => (value) => list.filter((one) => one[key] === value).length;
choice("labels", [...labels.keys()], filter.labels, (name) => labels.get(name).colour,
  (name) => labels.get(name).about, count("label", nodes));
choice("types", data.types, filter.types, null, (name) => words(name), count("type", edges));
const project = document.getElementById("project");
project.append(make("option", { value: "" }, "all " + data.projects.length),
  ...data.projects.map((name, at) => make("option", { value: at }, name)));
document.getElementById("project-field").hidden = data.projects.length < 2;
project.addEventListener("change", () => {
  filter.project = project.value === "" ? null : Number(project.value);
  refilter();
  fit();
});

// Moving the graph, by pointer and by key

const pointers = new Map();
let travelled = 0;

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  if (pointers.size === 1) travelled = 0;
  tip.hidden = true;
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return hover(event);
  const now = { x: event.offsetX, y: event.offsetY };
  const other = [...pointers].find(([id]) => id !== event.pointerId);
  travelled += Math.hypot(now.x - before.x, now.y - before.y);
  if (other) {
    const far = (a) => Math.hypot(a.x - other[1].x, a.y - other[1].y) || 1;
    zoomBy(far(now) / far(before), (now.x + other[1].x) / 2, (now.y + other[1].y) / 2);
  } else if (travelled > 4) {
    view.x -= (now.x - before.x) / view.zoom;
    view.y -= (now.y - before.y) / view.zoom;
    canvas.classList.add("moving");
    draw();
  }
  pointers.set(event.pointerId, now);
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, (event) => {
    const alone = pointers.size === 1;
    pointers.delete(event.pointerId);
    canvas.classList.remove("moving");
    if (kind === "pointercancel" || !alone || travelled > 4) return;
    const hit = at(event.offsetX, event.offsetY, event.pointerType === "touch" ? 12 : 3);
    if (!hit) clear();
    else if (hit.node) chooseNode(hit.node);
    else chooseEdge(hit.edge);
  });
}
canvas.addEventListener("pointerleave", () => { tip.hidden = true; focus.over = null; draw(); });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoomBy(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) * 0.002), event.offsetX, event.offsetY);
}, { passive: false });

function hover(event) {
  const hit = at(event.offsetX, event.offsetY);
  canvas.classList.toggle("over", hit !== null);
  const node = hit && hit.node || null;
  if (node !== focus.over) { focus.over = node; draw(); }
  tip.hidden = !hit;
  if (!hit) return;
  tip.textContent = node ? node.name + " – " + words(node.label)
    : hit.edge.head.name + " " + words(hit.edge.type) + " " + hit.edge.tail.name;
  const left = Math.min(event.offsetX + 14, view.width - tip.offsetWidth - 6);
  tip.style.left = Math.max(6, left) + "px";
  tip.style.top = Math.min(event.offsetY + 16, view.height - tip.offsetHeight - 6) + "px";
}

const keys = {
  ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  "+": () => zoomBy(1.3), "=": () => zoomBy(1.3), "-": () => zoomBy(1 / 1.3), 0: () => fit(),
};
function pan(x, y) {
  view.x += x * 60 / view.zoom;
  view.y += y * 60 / view.zoom;
  draw();
}
canvas.addEventListener("keydown", (event) => {
  if (!Object.hasOwn(keys, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  keys[event.key]();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clear();
  if (event.key === "/" && document.activeElement !== query) {
    event.preventDefault();
    query.focus();
  }
});
document.getElementById("in").addEventListener("click", () => zoomBy(1.4));
document.getElementById("out").addEventListener("click", () => zoomBy(1 / 1.4));
document.getElementById("fit").addEventListener("click", () => fit());

const dark = window.matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => { readColours(); draw(); });
new ResizeObserver(resize).observe(canvas);
window.addEventListener("hashchange", fromAddress);
if (window.matchMedia("(max-width: 760px)").matches) document.getElementById("filters").open = false;
readColours();
applyFilter();
resize();
fromAddress();
