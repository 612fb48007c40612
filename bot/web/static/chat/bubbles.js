/** One entry of the thread as an element: a stored message, or one of ours still on its way. */

import { el, icon, linesOf, textWithLinks } from "../dom.js";
import { richText } from "../rich.js";
import { clock, stamp, t } from "../words.js";

/** `context`: `choosable` (its choices may be pressed), `rated` (true, false or undefined), `choose`, `rate`. */
export function storedEntry(message, context) {
  if (message.author === "system" || message.kind === "event") return eventEntry(message);
  const parts = message.author === "customer" ? [receipt("received", message.at)] : extras(message, context);
  return entry(sideOf(message.author), { seq: message.seq }, [avatar(message), body(message, parts)]);
}

/** `on`: `retry(id)` and `discard(id)`, offered where it failed. */
export function pendingEntry(item, on) {
  const foot = [receipt(item.state, item.at, item.limited), item.state === "failed" && afterFailure(item, on)];
  return entry("own", { id: item.id, state: item.state }, [body({ ...item, author: "customer" }, foot)]);
}

const sideOf = (author) => (author === "customer" ? "own" : author);

function entry(kind, data, children) {
  return el("li", { class: `entry ${kind}`, data }, ...children);
}

function eventEntry(message) {
  return entry("event", { seq: message.seq }, [el("p", {}, textWithLinks(message.text), " ", timeOf(message.at))]);
}

function avatar(message) {
  if (message.author === "customer") return null;
  if (message.author === "agent") return el("span", { class: "avatar agent", "aria-hidden": "true" }, initial(message));
  return el("img", { class: "avatar", src: "/static/logo.svg", alt: "", width: 30, height: 30 });
}

const initial = (message) => [...(message.author_name ?? t("chat.agent"))][0].toUpperCase();

export function nameOf(message) {
  if (message.author === "customer") return t("chat.you");
  return message.author === "agent" ? (message.author_name ?? t("chat.agent")) : t("chat.bot");
}

function body(message, parts) {
  const own = message.author === "customer";
  const who = el(
    "p",
    { class: own ? "unseen" : "who" },
    el("b", {}, nameOf(message)),
    " ",
    own ? null : timeOf(message.at),
  );
  return el("div", { class: "body" }, who, bubble(message), ...parts);
}

const bubble = ({ rich, text }) =>
  rich ? richText(rich, { class: "bubble" }) : el("div", { class: "bubble" }, linesOf(text));

function timeOf(at) {
  return el("time", { datetime: at, title: stamp(at) }, clock(at));
}

const MARKS = { sending: "clock", waiting: "clock", received: "check", failed: "warning" };

function receipt(state, at, limited) {
  const words = t(state === "waiting" && limited ? "chat.limited" : `chat.${state}`);
  return el("p", { class: `receipt ${state}` }, timeOf(at), icon(MARKS[state]), el("span", {}, words));
}

function afterFailure({ id, problem }, { retry, discard }) {
  const button = (name, action) =>
    el("button", { type: "button", class: "retry", on: { click: () => action(id) } }, icon(name), t(`chat.${name}`));
  return el(
    "div",
    { class: "failure" },
    problem && el("p", {}, problem),
    button("retry", retry),
    button("discard", discard),
  );
}

function extras(message, context) {
  return [source(message), choices(message, context), helpful(message, context)];
}

function source(message) {
  if (!message.article_id) return null;
  const question = message.article_question ?? message.article_id;
  return el("p", { class: "source" }, icon("article"), el("span", {}, t("chat.source", { question })));
}

function choices(message, { choosable, choose }) {
  if (!message.choices?.length) return null;
  const buttons = message.choices.map((choice) =>
    el(
      "button",
      { type: "button", class: "choice", disabled: !choosable, on: { click: () => choose(choice) } },
      choice.title,
    ),
  );
  return el("div", { class: "choices", role: "group", "aria-label": t("chat.choices") }, ...buttons);
}

const WHY_NOT = ["other", "unclear", "outdated", "wrong"];

function helpful(message, { rated, rate }) {
  if (!message.article_id) return null;
  if (rated !== undefined) return el("div", { class: "rated" }, thanks(rated), rated === false && whyNot(message, rate));
  const button = (value, name, words) =>
    el(
      "button",
      { type: "button", "aria-label": t(words), title: t(words), on: { click: () => rate(message, value) } },
      icon(name),
    );
  return el(
    "div",
    { class: "helpful" },
    el("span", {}, t("chat.helpful?")),
    button(true, "up", "chat.helpful"),
    button(false, "down", "chat.unhelpful"),
  );
}

/** `rated` is true, false, or "told" once the reason is known too. */
function thanks(rated) {
  const words = { true: "chat.thanks", false: "chat.sorry", told: "chat.told" }[rated];
  return el("p", { class: "helpful" }, icon(rated === true ? "up" : "down"), t(words));
}

function whyNot(message, rate) {
  const button = (name) =>
    el("button", { type: "button", class: "why", on: { click: () => rate(message, false, t(`chat.why.${name}`)) } }, t(`chat.why.${name}`));
  return el("div", { class: "whys", role: "group", "aria-label": t("chat.why") }, ...WHY_NOT.map(button));
}

export function dayEntry(words) {
  return el("li", { class: "day" }, el("span", {}, words));
}

export function typingEntry(author) {
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  return entry(`${author} typing`, {}, [
    avatar({ author }),
    el(
      "div",
      { class: "body" },
      el("div", { class: "bubble" }, dots, el("span", { class: "unseen" }, t("chat.typing"))),
    ),
  ]);
}
