/** Answering a gap: by an article that is there, found by its words, or by a new one. */

import { randomId } from "../api.js";
import { ask } from "../dialog.js";
import { el, fillWith } from "../dom.js";
import { sentenceOf, staffCall } from "../staff.js";
import { t } from "../words.js";

const QUIET_MS = 300;
const NEW = "new";

export async function answer(item, done) {
  const wording = el("input", { type: "checkbox", name: "as_variant", value: "true", checked: true });
  const more = el(
    "div",
    { class: "picker" },
    ...pickerOf(item),
    el("label", { class: "toggle" }, wording, el("span", {}, t("inbox.as-variant"))),
  );
  const perform = async ({ article_id }) => {
    if (article_id === NEW) return begin(item);
    const body = { article_id, as_variant: wording.checked };
    await staffCall(`/knowledge/gaps/${encodeURIComponent(item.id)}/answer`, { method: "POST", body });
  };
  const [title, submit] = [t("inbox.verb.answer"), t("inbox.answer.submit")];
  if (await ask({ title, intro: item.name, more, submit, perform })) await done(t("inbox.done.answer"));
}

/** A field to search by, and what is found, to be chosen from. */
function pickerOf(item) {
  const search = el("input", { class: "input", type: "search", value: item.name, autocomplete: "off" });
  const found = el("fieldset", { class: "field found" });
  let turn = 0;
  let timer = 0;
  const look = async () => {
    const mine = ++turn;
    const hits = await hitsOf(search.value.trim() || item.name, item.language);
    if (mine === turn) fillWith(found, el("legend", {}, t("inbox.answer.found")), ...hits.map(option), option({ article_id: NEW, question: t("inbox.answer.new") }));
  };
  search.addEventListener("input", () => (clearTimeout(timer), (timer = setTimeout(look, QUIET_MS))));
  look();
  return [el("label", { class: "field" }, el("span", {}, t("inbox.answer.search")), search), found];
}

async function hitsOf(q, language) {
  try {
    const { hits } = await staffCall(`/knowledge/search?${new URLSearchParams({ q, language })}`);
    return hits;
  } catch (error) {
    return [{ article_id: "", question: sentenceOf(error), isNone: true }];
  }
}

const option = ({ article_id, question, isNone }) =>
  isNone
    ? el("p", { class: "error" }, question)
    : el(
        "label",
        { class: "choice" },
        el("input", { type: "radio", name: "article_id", value: article_id, required: true }),
        el("span", {}, el("b", {}, question)),
      );

/** A new article begins as a draft of the editor's own, asked in the customers' words. */
async function begin({ name, language, questions }) {
  const key = `new-${randomId()}`;
  const others = questions.map(({ text }) => text).filter((text) => text !== name);
  const content = { language, question: name.slice(0, 500), variants: [...new Set(others)].slice(0, 20).map((text) => text.slice(0, 500)) };
  await staffCall(`/knowledge/drafts/${key}`, { method: "PUT", body: { content } });
  location.assign(`/knowledge#${key}`);
}
