/** What an editor does with an article, each with what will happen, in words, before it does. */

import { Refused } from "../api.js";
import { ask } from "../dialog.js";
import { el, icon } from "../dom.js";
import { label, moment, t } from "../words.js";
import { checksOf } from "./checks.js";
import { otherLanguage, translationOf } from "./sheet.js";

/** The verbs that make sense now, the nearest first. */
export function verbsFor({ article }, dirty) {
  const status = article?.status ?? "new";
  if (status === "archived") return [{ name: "unarchive", icon: "retry", main: true }];
  const live = status === "published";
  return [
    (!live || dirty) && { name: live ? "renew" : "publish", icon: "check", main: true },
    !live && (dirty || !article) && { name: "save", icon: "note" },
    live && { name: "unpublish", icon: "back" },
    article && { name: "archive", icon: "archive" },
    dirty && { name: "discard", icon: "retry" },
  ].filter(Boolean);
}

export function verbButton({ name, icon: mark, main }, run) {
  const kind = main ? "button main" : "button";
  return el(
    "button",
    { type: "button", class: kind, data: { verb: name }, on: { click: run } },
    icon(mark),
    t(`verb.${name}`),
  );
}

/**
 * Asks, and then does `perform()`. What is refused for the article's sake closes the dialog and is given back, for the
 * page to settle.
 */
async function asked(name, { more, perform, values = {} }) {
  let refused = null;
  const settle = async () => {
    try {
      await perform();
    } catch (error) {
      if (!(error instanceof Refused && ["conflict", "invalid"].includes(error.code))) throw error;
      refused = error;
    }
  };
  const words = {
    title: t(`verb.${name}.title`, values),
    intro: t(`verb.${name}.intro`, values),
    submit: t(`verb.${name}`),
  };
  const done = await ask({ ...words, more, perform: settle });
  return { refused, done: done && !refused };
}

/** `name`: `publish`, or `renew` where an earlier version is published. */
export function publish(name, { sheet, content, perform }) {
  const more = el("div", { class: "effects" }, effects(publishing(sheet, content)), checksOf(sheet, content));
  return asked(name, { more, perform });
}

export const unpublish = (perform) => asked("unpublish", { perform });
export const archive = (perform) => asked("archive", { perform });
export const discard = (perform) => asked("discard", { perform });
export const restore = (n, perform) => asked("restore", { perform, values: { n } });

const effects = (sentences) =>
  el(
    "ul",
    { class: "sentences" },
    ...sentences.map((sentence) => el("li", {}, icon("check"), el("span", {}, sentence))),
  );

/** What publishing `content` brings about. */
function publishing(sheet, content) {
  const inLanguage = { language: label("language", content.language) };
  const [from, until] = [content.valid_from, content.valid_until].map((at) => at && Date.parse(at));
  const forAgents = content.audience === "agents";
  return [
    forAgents ? t("effect.agents") : startSentence(from, until, inLanguage),
    until && until > Date.now() && t("effect.until", { time: moment(content.valid_until) }),
    sheet.article?.status === "published" && t("effect.replaces", { n: sheet.article.version }),
    translationSentence(sheet, content),
  ].filter(Boolean);
}

function startSentence(from, until, words) {
  if (until && until <= Date.now()) return t("effect.over");
  return from && from > Date.now() ? t("effect.later", { ...words, time: moment(from) }) : t("effect.now", words);
}

function translationSentence(sheet, content) {
  const other = translationOf(sheet);
  const language = label("language", otherLanguage(content.language));
  if (!other) return t("effect.untranslated", { language });
  return sheet.article && t("effect.behind", { language });
}
