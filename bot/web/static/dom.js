/** Builds elements. Data only ever becomes a text node or an attribute's value, never markup. */

const SVG = "http://www.w3.org/2000/svg";

export const $ = (selector, root = document) => root.querySelector(selector);

/** `props`: `class`, `on: {event: handler}`, `data: {name: value}`, attributes; `null`, `false` and `undefined` are left out. */
export function el(tag, props = {}, ...children) {
  return dress(document.createElement(tag), props, children);
}

/** The same for SVG, whose elements need their namespace. */
export function svg(tag, props = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), props, children);
}

function dress(node, { on = {}, data = {}, ...attributes }, children) {
  for (const [event, handler] of Object.entries(on)) node.addEventListener(event, handler);
  for (const [name, value] of Object.entries(data)) if (present(value)) node.dataset[name] = value;
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.flat().filter(present));
  return node;
}

const present = (value) => value !== null && value !== undefined && value !== false;

function setAttribute(node, name, value) {
  if (present(value)) node.setAttribute(name, value === true ? "" : String(value));
}

export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `/static/icons.svg#${name}` }));
}

export function fillWith(node, ...children) {
  node.replaceChildren(...children.flat().filter(present));
}

const shownIn = new WeakMap();

/** Fills `node` anew only when what it shows has changed, so that focus inside it stays. */
export function show(node, shows, children) {
  const signature = JSON.stringify(shows);
  if (shownIn.get(node) === signature) return;
  shownIn.set(node, signature);
  fillWith(node, ...children());
}

/** Makes `nodes` the children of `parent`, leaving those in place that already are, so that focus and selection stay. */
export function syncChildren(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  for (const [place, node] of nodes.entries()) {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  }
}

/** Remembers nodes by key, and makes one anew only when what it shows has changed. */
export class Nodes {
  #known = new Map();

  /** `shows`: anything JSON-able that the node depends on. */
  of(key, shows, make) {
    const signature = JSON.stringify(shows);
    const known = this.#known.get(key);
    if (known?.signature === signature) return known.node;
    const node = make();
    this.#known.set(key, { signature, node });
    return node;
  }

  clear() {
    this.#known.clear();
  }
}

const LINK = /https?:\/\/[^\s<>"'，。；：！？、（）【】《》「」]+/gi;
const TRAILING = /[.,;:!?)\]]+$/;

/** Text as nodes: web addresses become links, all else stays text. */
export function textWithLinks(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, "");
    nodes.push(text.slice(from, match.index), link(address));
    from = match.index + address.length;
  }
  return [...nodes, text.slice(from)].filter((part) => part !== "");
}

const STEP = /^(\d{1,2}[.、)]|[-•·])\s*(?=\S)/;

/** Text as lines, in which those of a list hang behind their number. */
export function linesOf(text) {
  return text.split("\n").map((line) => {
    const mark = STEP.exec(line)?.[0];
    if (!mark) return el("span", { class: "line" }, textWithLinks(line), "\n");
    return el("span", { class: "line step" }, el("span", {}, mark), el("span", {}, textWithLinks(line.slice(mark.length)), "\n"));
  });
}

function link(address) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow ugc" }, address);
}

/** Speaks one sentence through the page's only live region; the same sentence twice is spoken twice. */
export function announce(sentence) {
  const region = $("#announcer");
  region.append(el("p", {}, sentence));
  while (region.childElementCount > 3) region.firstElementChild.remove();
}
