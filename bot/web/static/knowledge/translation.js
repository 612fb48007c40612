/** The same article in the other language, beside the one that is written; or the way to write it. */

import { el, fillWith, icon, linesOf } from "../dom.js";
import { richText } from "../rich.js";
import { open } from "../rows.js";
import { sentenceOf } from "../staff.js";
import { label, moment, t } from "../words.js";
import { post } from "./checks.js";
import { statusBadge } from "./row.js";
import { fetchArticle, otherLanguage, translationOf } from "./sheet.js";

let turn = 0;

export async function showTranslation(place, { sheet, content, on, writes }) {
  const mine = ++turn;
  const there = translationOf(sheet);
  if (!there) return fillWith(place, absent(content, sheet, on, writes));
  fillWith(place, el("p", { class: "quiet" }, t("checks.under-way")));
  try {
    const article = await fetchArticle(there.id);
    const { rich } = writes ? await post("preview", { answer: article.answer }) : { rich: null };
    if (mine === turn && place.closest("#work").dataset.pane === "translation")
      fillWith(place, ...drawn(article, rich, there, writes));
  } catch (error) {
    if (mine === turn) fillWith(place, el("p", { class: "error" }, sentenceOf(error)));
  }
}

function absent(content, sheet, on, writes) {
  const language = label("language", otherLanguage(content.language));
  const words = sheet.article ? "translation.none" : "translation.first";
  const write = el(
    "button",
    { type: "button", class: "button main", id: "translate", on: { click: on.translate } },
    icon("plus"),
    t("translation.write", { language }),
  );
  return el(
    "div",
    { class: "nothing" },
    icon("article"),
    el("p", {}, t(words, { language })),
    writes && sheet.article && write,
  );
}

function drawn(article, rich, { behind }, writes) {
  return [
    el(
      "p",
      { class: "line" },
      statusBadge(article.status),
      behind && el("span", { class: "badge high" }, t("row.behind")),
      el("span", {}, t("article.changed", { n: article.version, time: moment(article.updated_at) })),
    ),
    el(
      "div",
      { class: "reading", lang: article.language },
      el("h2", {}, article.question),
      rich ? richText(rich) : el("div", {}, linesOf(article.answer)),
      article.variants.length > 0 &&
        el("ul", { class: "asked-so" }, ...article.variants.map((one) => el("li", {}, one))),
    ),
    el(
      "div",
      { class: "verbs" },
      el(
        "button",
        { type: "button", class: "button", on: { click: () => open(article.id) } },
        icon("article"),
        t(writes ? "translation.edit" : "translation.read"),
      ),
    ),
  ];
}
