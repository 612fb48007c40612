/** One article as a row of the list. */

import { el, icon } from "../dom.js";
import { label, moment, t } from "../words.js";

export const statusBadge = (status) => el("span", { class: `badge ${status}` }, label("article.status", status));

/** `article.isBegun`: it is not there yet, only what its editor has written. */
export function rowOf(article) {
  if (article.isBegun) return begunRow(article);
  return [
    el(
      "span",
      { class: "top" },
      statusBadge(article.status),
      el("span", {}, label("language", article.language)),
      article.kind === "procedure" && el("span", {}, label("kind", "procedure")),
      article.audience === "agents" && el("span", {}, label("audience", "agents")),
      el("span", { class: "end" }, moment(article.updated_at)),
    ),
    el("span", { class: "what", lang: article.language }, article.question),
    footOf(article),
  ];
}

const begunRow = ({ question, language, updated_at }) => [
  el(
    "span",
    { class: "top" },
    el("span", { class: "badge draft" }, t("knowledge.unsaved")),
    el("span", {}, label("language", language)),
    el("span", { class: "end" }, moment(updated_at)),
  ),
  el("span", { class: "what", lang: language }, question || t("knowledge.untitled")),
];

function footOf(article) {
  const place = [article.category?.replaceAll("/", " › "), ...article.tags.map((tag) => `#${tag}`)].filter(Boolean);
  const flags = [
    article.stale && t("row.stale"),
    article.behind && t("row.behind"),
    article.broken_links.length > 0 && t("row.broken"),
  ].filter(Boolean);
  if (!place.length && !flags.length) return null;
  return el(
    "span",
    { class: "foot" },
    el("span", {}, place.join(" ")),
    flags.length > 0 && el("span", { class: "end late" }, icon("warning"), flags.join(" · ")),
  );
}
