/** Tries the article out before it is published: what the bot would say, what is like it, what the last weeks asked. */

import { Away } from "../api.js";
import { el, fillWith, icon } from "../dom.js";
import { sentenceOf } from "../staff.js";
import { currentLanguage, t } from "../words.js";
import { articleLink, draftBody, likenesses, post } from "./checks.js";
import { missing } from "./content.js";

const DAYS = 30;
const PATIENCE_MS = 60_000;
const UNNAMED = "draft";

let shownFor = [];
let now = null;

/** Stays as it is while somebody types on the left, so that questions and answers can be compared. */
export function showTrying(place, { sheet, content }) {
  now = { sheet, content };
  const isShown = shownFor[0] === sheet && shownFor[1] === currentLanguage();
  if (isShown && place.querySelector(".trying")) return;
  shownFor = [sheet, currentLanguage()];
  const line = el("input", { class: "input", id: "try-line", maxlength: 500, enterkeyhint: "send" });
  line.value = content.variants[0] ?? content.question;
  fillWith(
    place,
    el(
      "div",
      { class: "trying" },
      section(
        "try",
        form(line, t("try.do"), () => tryOut(line.value.trim())),
        el("label", { for: "try-line" }, t("try.line")),
      ),
      section("similar", form(null, t("similar.do"), similar)),
      section("replay", form(null, t("replay.do", { n: DAYS }), replay)),
    ),
  );
}

const section = (name, content, before) =>
  el(
    "section",
    { data: { part: name } },
    el("h2", {}, t(`${name}.title`)),
    before ?? el("p", { class: "quiet" }, t(`${name}.intro`)),
    content,
  );

/** A button, with the line before it, and the place of its answers. What an article still lacks is said first. */
function form(line, words, run) {
  const answers = el("div", { class: "answers", "aria-live": "polite" });
  const button = el("button", { type: "submit", class: "button" }, words);
  const submit = async (event) => {
    event.preventDefault();
    const [lacking] = Object.values(missing(now.content));
    if (lacking) return fillWith(answers, el("p", { class: "quiet" }, lacking));
    button.disabled = true;
    fillWith(answers, el("p", { class: "quiet" }, t("checks.under-way")));
    try {
      fillWith(answers, ...(await run()));
    } catch (error) {
      fillWith(answers, el("p", { class: "error" }, error instanceof Away ? t("try.away") : sentenceOf(error)));
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

function side(words, search, { article }) {
  const isThis = ({ article_id }) => article_id === (article?.id ?? UNNAMED);
  const [first] = search.hits;
  const answers = search.decision === "answer" && first;
  const hit = (one) => el("li", {}, isThis(one) ? el("b", {}, one.question) : articleLink(one));
  return el(
    "div",
    { class: "side-by" },
    el("h3", {}, t(words), answers && isThis(first) && el("span", { class: "badge published" }, t("try.this"))),
    el("p", {}, t(`decision.${search.decision}`, { percent: Math.round(search.confidence * 100) })),
    answers && el("blockquote", {}, search.answer),
    el("ol", { class: "hits" }, ...search.hits.map(hit)),
  );
}

async function similar() {
  const nodes = await likenesses(now.sheet, now.content);
  return nodes.length ? nodes : [el("p", { class: "good" }, icon("check"), t("similar.none"))];
}

async function replay() {
  const { sheet, content } = now;
  const body = { draft: draftBody(sheet, content), days: DAYS };
  const found = await post("writing/replay", body, { timeout: PATIENCE_MS });
  return [
    el("p", {}, t("replay.asked", { n: found.questions, of: found.of })),
    group("newly", found.newly_answered, (one) => [one.text]),
    group("changed", found.changed, (one) => [one.text, " ", el("small", {}, instead(one))]),
    group("lost", found.no_longer, (one) => [one.text]),
  ];
}

const instead = ({ before, after }) => t("replay.instead", { before: before.question, after: after.question });

function group(name, items, wordsOf) {
  const line = (one) => el("li", {}, ...wordsOf(one), " ", el("small", {}, t("replay.people", { n: one.people })));
  return el(
    "section",
    { class: `replayed ${name}` },
    el("h3", {}, t(`replay.${name}`, { n: items.length })),
    items.length > 0 && el("ul", {}, ...items.map(line)),
  );
}
