/** What may be done with the open thing, by whom. */

import { ask, optionsOf } from "../dialog.js";
import { el, icon } from "../dom.js";
import { staffCall, sentenceOf, toast } from "../staff.js";
import { namesOf, t } from "../words.js";
import { answer } from "./answer.js";

const may = (me, ...roles) => [...roles, "admin"].some((role) => me.roles.includes(role));
const VERDICTS = ["planned", "done", "no"];

/** Buttons; `done(sentence)` after each deed. */
export function verbsFor(item, box, me, done) {
  const verbs = { gaps: gapVerbs, wishes: wishVerbs, use: usedVerbs }[box.name](item, me);
  return verbs.filter(Boolean).map((verb) => button(verb, item, done));
}

function gapVerbs(item, me) {
  if (!may(me, "editor")) return [];
  const mine = item.assignee?.id === me.id;
  if (item.state !== "open") return [item.state === "answered" && TELL_ANSWER, REOPEN];
  return [ANSWER, assign(mine ? null : me.id), MERGE, DISMISS];
}

function wishVerbs(item, me) {
  if (!may(me, "editor", "supervisor")) return [];
  return [item.state === "open" ? JUDGE : TELL_VERDICT, item.state !== "open" && { ...JUDGE, main: false }, OWNER, may(me, "editor") && MERGE_WISH];
}

const usedVerbs = (item) => [
  { name: "open-article", icon: "article", main: true, run: () => location.assign(`/knowledge#${encodeURIComponent(item.article_id)}`) },
];

function button(verb, item, done) {
  const run = async () => {
    try {
      await verb.run(item, done);
    } catch (error) {
      toast(sentenceOf(error));
    }
  };
  return el(
    "button",
    { type: "button", class: verb.main ? "button main" : "button", data: { verb: verb.name }, on: { click: run } },
    icon(verb.icon),
    t(`inbox.verb.${verb.name}`),
  );
}

const step = (box, item, name, body = {}) =>
  staffCall(`/knowledge/${box}/${encodeURIComponent(item.id)}/${name}`, { method: "POST", body });

const ANSWER = { name: "answer", icon: "article", main: true, run: answer };

const assign = (staff_id) => ({
  name: staff_id ? "take" : "give-back",
  icon: "person",
  run: async (item, done) => {
    await step("gaps", item, "assign", { staff_id });
    await done(t(staff_id ? "inbox.taken" : "inbox.given-back"));
  },
});

const REOPEN = {
  name: "reopen",
  icon: "retry",
  run: async (item, done) => {
    await staffCall(`/knowledge/gaps/${encodeURIComponent(item.id)}/reopen`, { method: "POST" });
    await done(t("inbox.reopened"));
  },
};

const DISMISS = asking("gaps", "dismiss", "discard", () => [{ name: "reason", kind: "area", words: t("inbox.reason"), required: true }]);

const OWNER = asking("wishes", "owner", "person", (item) => [
  { name: "department", kind: "select", words: t("inbox.department"), options: optionsOf("department", namesOf("department")), value: item.department, required: true },
]);

const JUDGE = {
  ...asking("wishes", "verdict", "check", (item) => [
    { name: "verdict", kind: "choice", words: t("inbox.verdict"), required: true, options: VERDICTS.map((value) => ({ value, words: t(`inbox.wishes.${value}`) })) },
    { name: "why", kind: "area", words: t("inbox.why"), value: item.why, required: true },
  ]),
  main: true,
};

const TELL_ANSWER = telling("gaps");
const TELL_VERDICT = telling("wishes");
const MERGE = merging("gaps");
const MERGE_WISH = merging("wishes");

/** A verb that asks for values first; `fields(item)`. */
function asking(box, name, sign, fields) {
  const run = async (item, done) => {
    const perform = (values) => step(box, item, name, values);
    const [title, intro, submit] = [t(`inbox.verb.${name}`), item.name, t(`inbox.verb.${name}`)];
    if (await ask({ title, intro, fields: fields(item), submit, perform })) await done(t(`inbox.done.${name}`));
  };
  return { name, icon: sign, run };
}

/** The words to be told may be left as they are: the answer, or the verdict with its reason. */
function telling(box) {
  const run = async (item, done) => {
    let told = null;
    const perform = async (values) => (told = await step(box, item, "tell", values));
    const fields = [{ name: "text", kind: "area", words: t("inbox.tell.text") }];
    const [title, submit] = [t("inbox.verb.tell"), t("inbox.verb.tell")];
    const intro = t(`inbox.tell.${box}`, { n: item.people });
    if (await ask({ title, intro, fields, submit, perform })) await done(t("inbox.done.tell", told));
  };
  return { name: "tell", icon: "send", main: true, run };
}

function merging(box) {
  const run = async (item, done) => {
    const { items } = await staffCall(`/knowledge/${box}?state=open&language=${item.language}&limit=200`);
    const others = items.filter(({ id }) => id !== item.id).map(({ id, name }) => ({ value: id, words: name }));
    if (!others.length) return toast(t("inbox.merge.none"));
    const fields = [{ name: "into", kind: "select", words: t("inbox.merge.into"), options: others, required: true }];
    const perform = async ({ into }) => {
      await step(box, item, "merge", { into });
      location.hash = location.hash.replace(encodeURIComponent(item.id), encodeURIComponent(into));
    };
    const [title, submit] = [t("inbox.verb.merge"), t("inbox.verb.merge")];
    if (await ask({ title, intro: item.name, fields, submit, perform })) await done(t("inbox.done.merge"));
  };
  return { name: "merge", icon: "plus", run };
}
