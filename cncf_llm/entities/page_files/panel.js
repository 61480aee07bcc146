// The card beside the graph: a node and its neighbours, or an edge and where it is stated.
// Text of the graph is only ever set as text, never as HTML.

const card = document.getElementById("card");
const FIRST = 12; // neighbours of one kind, before the reader asks for the rest

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function dot(colour) {
  const made = make("span", { class: "dot", "aria-hidden": "true" });
  made.style.backgroundColor = colour;
  return made;
}

function named(node) {
  return [dot(node.colour), make("bdi", {}, node.name)];
}

function plural(count, one, many = one + "s") {
  return count.toLocaleString("en") + " " + (count === 1 ? one : many);
}

function showCard(...children) {
  const close = make("button", { class: "close", type: "button", "aria-label": "Close", onclick: clear }, "×");
  card.replaceChildren(close, ...children);
  card.hidden = false;
  card.scrollTop = 0;
}

function showNode(node) {
  const shown = node.edges.filter((edge) => edge.shown);
  const hidden = node.edges.length - shown.length;
  const groups = new Map();
  for (const edge of shown) {
    const out = edge.head === node;
    const title = out ? words(edge.type) : "… " + words(edge.type) + " this";
    if (!groups.has(title)) groups.set(title, []);
    groups.get(title).push([edge, out ? edge.tail : edge.head]);
  }
  const about = labels.get(node.label).about;
  const parts = [make("small", {}, words(node.label)), make("h2", {}, ...named(node))];
  parts[0].title = about;
  const times = node.mentions ? "mentioned " + plural(node.mentions, "time") : "named by the landscape only";
  parts.push(make("p", { class: "note" },
    about + "; " + times + (hidden ? "; " + plural(hidden, "relation") + " filtered out" : "")));
  for (const [title, found] of groups) {
    found.sort((a, b) => b[0].count - a[0].count || a[1].rank - b[1].rank);
    parts.push(make("h3", {}, title + (found.length > 1 ? " (" + found.length + ")" : "")));
    parts.push(neighbours(found));
  }
  showCard(...parts);
}

function neighbours(found) {
  const row = ([edge, other]) => make("li", {},
    make("button", { class: "go", type: "button", onclick: () => chooseNode(other, true) }, ...named(other)),
    make("button", { class: "why", type: "button", onclick: () => chooseEdge(edge),
      "aria-label": "Where it is stated: " + edge.head.name + " " + words(edge.type) + " " + edge.tail.name },
      edge.sentence === null ? "landscape" : plural(edge.count, "sentence")));
  const list = make("ul", {}, ...found.slice(0, FIRST).map(row));
  if (found.length > FIRST) {
    const more = make("li", {}, make("button", { class: "more", type: "button", onclick: () => {
      more.replaceWith(...found.slice(FIRST).map(row));
    } }, "show " + (found.length - FIRST) + " more"));
    list.append(more);
  }
  return list;
}

function showEdge(edge) {
  const end = (node) => make("button", { type: "button", onclick: () => chooseNode(node, true) }, ...named(node));
  const parts = [make("small", {}, "relation"), make("div", { class: "triple" },
    end(edge.head), make("span", { class: "how" }, words(edge.type)), end(edge.tail))];
  if (edge.sentence === null) {
    parts.push(make("p", {}, "Stated by the landscape, not by a sentence."));
  } else {
    parts.push(make("blockquote", {}, make("bdi", {}, edge.sentence)));
    const facts = make("dl");
    const fact = (name, ...value) => facts.append(make("dt", {}, name), make("dd", {}, ...value));
    if (edge.source) {
      const [url, title, repository, path, revision, licence, attribution] = edge.source;
      fact("source", url && /^https?:\/\//i.test(url)
        ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title || path)
        : make("bdi", {}, title || path));
      fact("file", make("bdi", {}, repository + "/" + path.replace(/^\//, "")));
      fact("revision", make("bdi", {}, /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision));
      fact("licence", make("bdi", {}, licence));
      if (attribution) fact("by", make("bdi", {}, attribution));
    }
    fact("stated by", plural(edge.count, "sentence"));
    fact("confidence", edge.confidence.toFixed(2));
    parts.push(facts);
  }
  showCard(...parts);
}
