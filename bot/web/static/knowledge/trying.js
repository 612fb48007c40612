/** Tries the article out before it is published: what the bot would say, what is like it, what the last weeks asked. */

import { Refused } from "../api.js";
import { el, fillWith, icon } from "../dom.js";
import { sentenceOf } from "../staff.js";
import { t } from "../words.js";
import { articleLink, contradictionNode, draftBody, duplicateNode, post } from "./checks.js";

const DAYS = 30;
const PATIENCE_MS = 60_000;

let shownFor = null;
let now = null;

/** Stays as it is while somebody types on the left, so that questions and answers can be compared. */
export function showTrying(place, { sheet, content }) {
  now = { sheet, content };
  if (shownFor === sheet && place.querySelector(".trying")) return;
  shownFor = sheet;
  const line = el("input", { class: "input", id: "try-line", maxlength: 500, enterkeyhint: "send" });
  line.value = content.variants[0] ?? content.question;
  fillWith(
    place,
    el(
      "div",
      { class: "trying" },
      section("try", form(line, t("try.do"), (answers) => tryOut(line.value.trim(), answers)), el("label", { for: "try-line" }, t("try.line"))),
      section("similar", form(null, t("similar.do"), similar)),
      section("replay", form(null, t("replay.do", { n: DAYS }), replay)),
    ),
  );
}

const section = (name, content, before) =>
  el("section", { data: { part: name } }, el("h2", {}, t(`${name}.title`)), before ?? el("p", { class: "quiet" }, t(`${name}.intro`)), content);

/** A button, with the line before it, and the place of its answers. A call that is not there hides them, in words. */
function form(line, words, run) {
  const answers = el("div", { class: "answers", "aria-live": "polite" });
  const button = el("button", { type: "submit", class: "button" }, words);
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fillWith(answers, el("p", { class: "quiet" }, t("checks.under-way")));
    try {
      fillWith(answers, ...(await run(answers)));
    } catch (error) {
      const absent = error instanceof Refused && error.status === 404;
      fillWith(answers, el("p", { class: absent ? "quiet" : "error" }, absent ? t("try.absent") : sentenceOf(error)));
    } finally {
      button.disabled = false;
    }
  };
  return el("form", { class: "try", on: { submit } }, el("div", { class: "line" }, line, button), answers);
}

async function tryOut(question) {
  if (!question) return [];
  const { sheet, content } = now;
  const body = { question, language: content.language, draft: draftBody(sheet, content) };
  const found = await post("writing/try", body, { timeout: PATIENCE_MS });
  return [side("try.now", found.now, sheet), side("try.with", found.with_draft, sheet)];
}

function side(words, search, sheet) {
  const [first] = search.hits;
  const mine = first && search.decision === "answer" && first.article_id === sheet.article?.id;
  return el(
    "div",
    { class: "side-by" },
    el("h3", {}, t(words), mine && el("span", { class: "badge published" }, t("try.this"))),
    el("p", { class: "decision" }, t(`decision.${search.decision}`, { percent: Math.round(search.confidence * 100) })),
    search.answer && search.decision === "answer" && el("blockquote", {}, search.answer),
    el("ol", { class: "hits" }, ...search.hits.map((hit) => hitNode(hit, sheet))),
  );
}

const hitNode = (hit, { article }) =>
  el("li", {}, hit.article_id === article?.id || !hit.article_id ? el("b", {}, hit.question) : articleLink(hit));

async function similar() {
  const { sheet, content } = now;
  const found = await post("writing/similar", { draft: draftBody(sheet, content) }, { timeout: PATIENCE_MS });
  const nodes = [...found.duplicates.map(duplicateNode), ...found.contradictions.map(contradictionNode)];
  return nodes.length ? nodes : [el("p", { class: "good" }, icon("check"), t("similar.none"))];
}

async function replay() {
  const { sheet, content } = now;
  const body = { draft: draftBody(sheet, content), days: DAYS };
  const found = await post("writing/replay", body, { timeout: PATIENCE_MS });
  return [
    el("p", {}, t("replay.asked", { n: found.questions })),
    group("newly", found.newly_answered, (one) => [one.text]),
    group("changed", found.changed, (one) => [one.text, " ", el("small", {}, t("replay.instead", { question: one.before.question }))]),
    group("lost", found.no_longer, (one) => [one.text]),
  ].filter(Boolean);
}

function group(name, items, wordsOf) {
  const line = (one) => el("li", {}, ...wordsOf(one), " ", el("small", {}, t("replay.people", { n: one.people })));
  return el(
    "section",
    { class: `replayed ${name}` },
    el("h3", {}, t(`replay.${name}`, { n: items.length })),
    items.length > 0 && el("ul", {}, ...items.map(line)),
  );
}
