/** The open alert: what was counted, from whom, when and where; and what may be decided. */

import { $, el, icon, show, textWithLinks } from "../dom.js";
import { personName } from "../ticket.js";
import { currentLanguage, label, moment, stamp, t } from "../words.js";
import { strip } from "./strip.js";
import { verbsFor } from "./verbs.js";

export function showCard(alert, me, done) {
  $("#empty").hidden = true;
  $("#open").hidden = false;
  $("#card-title").textContent = headline(alert);
  const shows = [alert, currentLanguage()];
  const verbs = verbsFor(alert, me);
  show($("#standing"), shows, () => [
    phaseBadge(alert),
    alert.level && levelBadge(alert),
    el("span", {}, t("alert.opened", { time: moment(alert.opened_at) })),
  ]);
  show($("#by"), shows, () => [
    el("span", {}, [t(`trigger.${alert.trigger}`), windowOf(alert)].filter(Boolean).join(" · ")),
  ]);
  show($("#verbs"), shows, () => verbs.map((verb) => verbButton(verb, alert, done)));
  const counted = alert.mentions.length > 0;
  for (const part of document.querySelectorAll("[data-counted]")) part.hidden = !counted;
  show($("#figures"), shows, () => figures(alert));
  show($("#strip"), shows, () => (counted ? [strip(alert.mentions)] : []));
  show($("#after"), shows, () => [steps(alert), departments(alert), tickets(alert)]);
  show($("#people"), shows, () => byPerson(alert.mentions).map(personNode));
}

export function showNoCard(words) {
  $("#open").hidden = true;
  $("#empty").hidden = false;
  $("#empty-words").dataset.words = words;
  $("#empty-words").textContent = t(words);
}

export const phaseBadge = (alert) =>
  el(
    "span",
    { class: `badge ${alert.phase}` },
    alert.phase === "warning" && icon("warning"),
    label("phase", alert.phase),
  );
const levelBadge = (alert) => el("span", { class: `badge ${alert.level}` }, label("level", alert.level));

function headline({ topic, people }) {
  const name = label("topic", topic);
  return count(people) ? t("alert.headline", { topic: name, n: count(people) }) : name;
}

/** A figure of the wire is the number itself, or a list of what was counted. */
export const count = (value) => (Array.isArray(value) ? value.length : value);

/** The window in words; a warning raised by hand has none. */
export const windowOf = ({ window }) => (window ? t("alert.window", { n: window }) : "");

function verbButton(verb, alert, done) {
  const kind = verb.main ? "button main" : "button";
  return el(
    "button",
    { type: "button", class: kind, data: { verb: verb.name }, on: { click: () => verb.run(alert, done) } },
    icon(verb.icon),
    t(`verb.${verb.name}`),
  );
}

function figures(alert) {
  const usual = alert.baseline === null ? null : t("figure.usual", { n: Number(alert.baseline.toFixed(1)) });
  return [
    figure("figure.people", alert.people, usual),
    figure("figure.messages", alert.messages),
    figure("figure.channels", alert.channels, names("channel", alert.channels)),
    figure("figure.families", alert.families, names("family", alert.families)),
  ];
}

const names = (kind, values) =>
  Array.isArray(values) ? values.map((value) => label(kind, value)).join(t("comma")) : null;

function figure(words, value, more) {
  return el(
    "div",
    {},
    el("dt", {}, t(words)),
    el("dd", {}, el("b", { class: "figure" }, count(value)), more && el("small", {}, more)),
  );
}

function steps({ events }) {
  if (!events.length) return null;
  return section("alert.steps", el("ol", { class: "steps" }, ...events.map(step)));
}

function step({ at, event, text, author, detail }) {
  const chosen = [
    detail?.level && label("level", detail.level),
    detail?.kind && label("dismissal", detail.kind),
    detail?.department && label("department", detail.department),
  ];
  const head = [label("step", event), ...chosen, author].filter(Boolean).join(" · ");
  return el(
    "li",
    {},
    el("p", {}, el("b", {}, head), " ", el("time", { class: "by", datetime: at, title: stamp(at) }, moment(at))),
    text && el("blockquote", {}, text),
  );
}

function departments({ departments: asked = [] }) {
  if (!asked.length) return null;
  const one = ({ department, due_at, acknowledged_at }) =>
    el(
      "li",
      {},
      el("b", {}, label("department", department)),
      " ",
      acknowledged_at
        ? t("alert.department.answered", { time: moment(acknowledged_at) })
        : due_at && t("alert.department.due", { time: moment(due_at) }),
    );
  return section("alert.departments", el("ul", {}, ...asked.map(one)));
}

function tickets({ tickets: numbers = [] }) {
  if (!numbers.length) return null;
  return section(
    "alert.tickets",
    el(
      "ul",
      { class: "chips" },
      ...numbers.map((number) => el("li", {}, el("a", { class: "badge", href: `/desk#${number}` }, `#${number}`))),
    ),
  );
}

const section = (words, ...content) => el("section", {}, el("h2", {}, t(words)), ...content);

function byPerson(mentions) {
  const people = new Map();
  for (const mention of mentions) people.set(mention.person_id, [...(people.get(mention.person_id) ?? []), mention]);
  return [...people.values()];
}

function personNode(mentions) {
  return el(
    "li",
    {},
    el(
      "p",
      { class: "who" },
      icon("person"),
      el("b", {}, personName(mentions[0].person)),
      el("span", {}, t("count.messages", { n: mentions.length })),
    ),
    el("ul", {}, ...mentions.map(mentionNode)),
  );
}

function mentionNode(mention) {
  return el(
    "li",
    {},
    el("p", { class: "words" }, textWithLinks(mention.text)),
    el(
      "p",
      { class: "where" },
      label("channel", mention.channel),
      " · ",
      el("time", { datetime: mention.at, title: stamp(mention.at) }, moment(mention.at)),
    ),
  );
}
