/** The whole conversation as the agent reads it: messages, notes and what happened, in the order of time. */

import { el, icon, linesOf, Nodes, syncChildren, textWithLinks } from "../dom.js";
import { richText } from "../rich.js";
import { nameOf, signalWords } from "../ticket.js";
import { clock, currentLanguage, dayOf, known, label, stamp, t } from "../words.js";

const NEAR_END_PX = 140;
const nodes = new Nodes();
let shownNumber = null;

/** Draws the story into `list`, which scrolls in `scroller`; `newFrom`: messages from this number on are marked as new. */
export function showStory(list, scroller, ticket, newFrom = Infinity) {
  const changed = shownNumber !== ticket.number;
  const follow = changed || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  if (changed) nodes.clear();
  shownNumber = ticket.number;
  syncChildren(
    list,
    withDays(entriesOf(ticket)).map((entry) => nodeOf(entry, ticket, newFrom)),
  );
  if (follow) scroller.scrollTop = scroller.scrollHeight;
}

function entriesOf(ticket) {
  const messages = ticket.messages.map((message) => ({ key: `m${message.seq}`, at: message.at, message }));
  const events = ticket.events
    .map((event, place) => ({ key: `e${place}`, at: event.at, event }))
    .filter(({ event }) => isShown(event));
  return [...messages, ...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** What the thread shows already is not shown twice, unless a reason was given that only the staff may read. */
const isShown = (event) => event.seq === undefined || (event.author && event.detail?.reason);

function withDays(entries) {
  return entries.flatMap((entry, place) => {
    const day = new Date(entry.at).toDateString();
    const same = place > 0 && new Date(entries[place - 1].at).toDateString() === day;
    return same ? [entry] : [{ key: `d${day}`, day: entry.at }, entry];
  });
}

function nodeOf(entry, ticket, newFrom) {
  const isNew = entry.message?.author === "customer" && entry.message.seq >= newFrom;
  const shows = [entry.message ?? entry.event ?? dayOf(entry.day), isNew, currentLanguage()];
  return nodes.of(entry.key, shows, () => drawn(entry, ticket, isNew));
}

function drawn({ message, event, day }, ticket, isNew) {
  if (day) return el("li", { class: "day" }, el("span", {}, dayOf(day)));
  if (event) return event.event === "note" ? noteNode(event) : eventNode(event);
  return messageNode(message, ticket, isNew);
}

function messageNode(message, ticket, isNew) {
  if (message.author === "system" || message.kind === "event") return eventNode({ at: message.at, text: message.text });
  const head = el(
    "p",
    { class: "who" },
    el("b", {}, authorOf(message, ticket)),
    timeOf(message.at),
    isNew && el("span", { class: "badge high" }, t("desk.new-message")),
  );
  const choices = message.choices?.length
    ? el("ul", { class: "chips" }, ...message.choices.map((one) => el("li", { class: "badge" }, one.title)))
    : null;
  const source = message.article_id
    ? el("p", { class: "source" }, icon("article"), message.article_question ?? message.article_id)
    : null;
  return el(
    "li",
    { class: `said ${message.author}`, data: { seq: message.seq } },
    head,
    message.rich ? richText(message.rich, { class: "words" }) : el("div", { class: "words" }, linesOf(message.text)),
    choices,
    source,
  );
}

function authorOf(message, ticket) {
  if (message.author === "customer") return nameOf(ticket.customer);
  return message.author === "bot" ? t("chat.bot") : (message.author_name ?? t("chat.agent"));
}

function noteNode(event) {
  return el(
    "li",
    { class: "said note" },
    el(
      "p",
      { class: "who" },
      icon("note"),
      el("b", {}, t("desk.note.by", { name: event.author ?? "" })),
      timeOf(event.at),
    ),
    el("div", { class: "words" }, textWithLinks(event.text)),
  );
}

/** Events that say what they are about. */
const OF_TEXT = ["procedure", "step", "step_undone", "article"];

function eventNode({ at, event, text, author, detail }) {
  const who = author ? el("b", {}, author, " · ") : null;
  const reason = author && detail?.reason ? t("desk.because", { reason: detail.reason }) : null;
  const words = [known(`event.${event}`) ?? text, event === "corrected" && correctedTo(detail), OF_TEXT.includes(event) && `: ${text}`];
  return el("li", { class: "happened" }, el("p", {}, who, words, reason), timeOf(at));
}

function correctedTo({ request_type, topic, intent }) {
  const parts = [label("type", request_type), topic && label("topic", topic), intent && signalWords(intent)];
  return t("desk.corrected-to", { what: [...new Set(parts.filter(Boolean))].join(" · ") });
}

function timeOf(at) {
  return el("time", { datetime: at, title: stamp(at) }, clock(at));
}

export function showCustomerTyping(place, isTyping) {
  place.textContent = isTyping ? t("desk.typing") : "";
}
