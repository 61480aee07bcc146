"use strict";
// The data of the page as objects, and which part of it the filters let through.

const data = JSON.parse(document.getElementById("data").textContent);
const labels = new Map(data.labels.map(([name, colour, about]) => [name, { colour, about }]));

const nodes = data.nodes.map(([id, label, name, mentions, radius, x, y], rank) => ({
  id, label, name, mentions, radius, x, y, rank,
  colour: labels.get(label).colour, folded: fold(name), edges: [], shown: true,
}));
const edges = data.edges.map(([type, head, tail, count, confidence, sentence, source, projects]) => ({
  type, head: nodes[head], tail: nodes[tail], count, confidence, sentence, projects, shown: true,
  source: source < 0 ? null : data.sources[source],
}));
for (const edge of edges) {
  edge.head.edges.push(edge);
  if (edge.tail !== edge.head) edge.tail.edges.push(edge);
}

const filter = {
  labels: new Set(labels.keys()),
  types: new Set(data.types),
  project: null,
};

// An entity is shown when its label is chosen and a relation of it is shown.
function applyFilter() {
  for (const node of nodes) node.shown = false;
  for (const edge of edges) {
    edge.shown = filter.types.has(edge.type)
      && filter.labels.has(edge.head.label) && filter.labels.has(edge.tail.label)
      && (filter.project === null || edge.projects.includes(filter.project));
    if (edge.shown) edge.head.shown = edge.tail.shown = true;
  }
}

// Best first: the whole name, then its beginning, then the beginning of a word, then anywhere.
function search(text, limit) {
  const wanted = fold(text);
  if (!wanted) return [];
  const found = [];
  for (const node of nodes) {
    const at = node.folded.indexOf(wanted);
    if (at < 0) continue;
    const whole = node.folded === wanted;
    const word = at > 0 && /[^\p{L}\p{N}]/u.test(node.folded[at - 1]);
    found.push([whole ? 0 : at === 0 ? 1 : word ? 2 : 3, node]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1].rank - b[1].rank);
  return found.slice(0, limit).map(([, node]) => node);
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function words(name) {
  return name.replaceAll("_", " ").toLowerCase();
}
