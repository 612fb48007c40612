/** The open thing: who asked, in which words, what was done about it, and what may be done. */

import { $, el, icon, show } from "../dom.js";
import { currentLanguage, label, moment, stamp, t } from "../words.js";
import { showConversation } from "./conversation.js";
import { langOf } from "./row.js";
import { verbsFor } from "./verbs.js";

export function showCard(item, box, me, done) {
  $("#empty").hidden = true;
  $("#open").hidden = false;
  const shows = [item, box.name, currentLanguage()];
  $("#card-title").textContent = item.name ?? item.question;
  $("#card-title").lang = langOf(item);
  show($("#standing"), shows, () => [
    el("span", { class: `badge ${item.state === "open" ? "fresh" : (item.state ?? item.status)}` }, stateOf(item, box)),
    item.assignee && el("span", {}, icon("person"), item.assignee.name),
    item.department && el("span", {}, label("department", item.department)),
  ]);
  show($("#by"), shows, () => [el("span", {}, sinceOf(item, box))]);
  show($("#verbs"), shows, () => verbsFor(item, box, me, done));
  show($("#figures"), shows, () => (box.name === "use" ? usedFigures(item) : clusterFigures(item)));
  show($("#said"), shows, () => (box.name === "use" ? [reasons(item)] : [decision(item), questions(item), steps(item)]));
}

export function showNoCard(words) {
  $("#open").hidden = true;
  $("#empty").hidden = false;
  $("#empty-words").dataset.words = words;
  $("#empty-words").textContent = t(words);
}

const stateOf = (item, box) =>
  box.name === "use" ? label("article.status", item.status) : t(`inbox.${box.name}.${item.state}`);

function sinceOf(item, box) {
  if (box.name === "use") return item.last_used_at ? t("use.last", { time: moment(item.last_used_at) }) : t("use.never");
  return t("inbox.since", { first: moment(item.first_at), last: moment(item.last_at) });
}

function clusterFigures({ people, messages, trend, told }) {
  return [
    figure("figure.people", people),
    figure("figure.messages", messages),
    figure("inbox.week", trend.last_7, t("inbox.week.before", { n: trend.before_7 })),
    figure("inbox.told", told),
  ];
}

function usedFigures(item) {
  return ["shown", "helped", "not_helped", "handoffs"].map((name) => figure(`use.${name}`, item[name]));
}

function figure(words, value, more) {
  return el("div", {}, el("dt", {}, t(words)), el("dd", {}, el("b", { class: "figure" }, String(value)), more && el("small", {}, more)));
}

function decision({ article_id, reason, state }) {
  if (state === "open") return null;
  return section(
    "inbox.decision",
    reason && el("blockquote", {}, reason),
    article_id && el("p", {}, el("a", { href: `/knowledge#${encodeURIComponent(article_id)}` }, icon("article"), t("inbox.article"))),
  );
}

function questions({ questions: asked, next, language }) {
  const words = (one) =>
    el(
      "li",
      {},
      el("p", { class: "words", lang: langOf({ language }) }, one.text),
      el(
        "p",
        { class: "where" },
        el("time", { datetime: one.at, title: stamp(one.at) }, moment(one.at)),
        " · ",
        label("inbox.reason", one.reason),
        " · ",
        el("button", { type: "button", class: "link", on: { click: () => showConversation(one) } }, t("inbox.conversation")),
      ),
    );
  return section(
    "inbox.questions",
    el("ol", { class: "people" }, ...asked.map(words)),
    next && el("p", { class: "quiet" }, t("inbox.first", { n: asked.length })),
  );
}

function reasons({ reasons: told }) {
  if (!told.length) return null;
  const one = ({ reason, at, conversation_id }) =>
    el(
      "li",
      {},
      el("p", { class: "words" }, reason),
      el(
        "p",
        { class: "where" },
        el("time", { datetime: at, title: stamp(at) }, moment(at)),
        " · ",
        el("button", { type: "button", class: "link", on: { click: () => showConversation({ conversation_id }) } }, t("inbox.conversation")),
      ),
    );
  return section("use.reasons", el("ol", { class: "people" }, ...told.map(one)));
}

function steps({ events }) {
  if (!events.length) return null;
  const step = ({ at, event, by }) =>
    el(
      "li",
      {},
      el("b", {}, [label("inbox.step", event), by?.name].filter(Boolean).join(" · ")),
      " ",
      el("time", { class: "by", datetime: at, title: stamp(at) }, moment(at)),
    );
  return section("inbox.steps", el("ol", { class: "steps" }, ...events.map(step)));
}

const section = (words, ...content) => el("section", {}, el("h2", {}, t(words)), ...content);
