/**
 * Formatted text as elements. The server sends a tree of nodes, each a string or `{tag, href?, src?, alt?, start?,
 * children}`; what is not known here becomes the text inside it.
 */

import { el } from "./dom.js";
import { t } from "./words.js";

const TAGS = new Set(
  "p h3 h4 strong em del code pre ul ol li a img blockquote br hr table thead tbody tr th td".split(" "),
);
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i;
const PICTURE = /^\/images\/[\w.-]+$/;

/** The nodes of `rich`, in an element of their own. */
export function richText(rich, props = {}) {
  return el("div", { ...props, class: `rich ${props.class ?? ""}`.trim() }, ...rich.map(nodeOf));
}

function nodeOf(node) {
  if (typeof node === "string") return node;
  const children = (node.children ?? []).map(nodeOf);
  if (!TAGS.has(node.tag)) return el("span", {}, ...children);
  return (MADE[node.tag] ?? plain)(node, children);
}

const plain = ({ tag }, children) => el(tag, {}, ...children);

const MADE = {
  a: ({ href }, children) => link(href, children),
  img: ({ src, alt }) => (PICTURE.test(src ?? "") ? picture(src, alt ?? "") : (alt ?? "")),
  ol: ({ start }, children) => el("ol", { start: start === 1 ? null : start }, ...children),
  pre: (_, children) => el("pre", { tabindex: 0 }, ...children),
  table: (_, children) =>
    el(
      "div",
      { class: "wide", tabindex: 0, role: "region", "aria-label": t("rich.table") },
      el("table", {}, ...children),
    ),
  th: (_, children) => el("th", { scope: "col" }, ...children),
};

function link(href, children) {
  if (!ADDRESS.test(href ?? "")) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow ugc" }, ...children);
}

/** Shown as large as fits; a click opens it in its own size. */
function picture(src, alt) {
  return el(
    "a",
    { class: "picture", href: src, target: "_blank", rel: "noopener" },
    el("img", { src, alt, loading: "lazy" }),
  );
}
