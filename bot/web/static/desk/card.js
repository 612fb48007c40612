/** The open ticket: its head and verbs, the story, the facts beside it. */

import { $, el, icon, show } from "../dom.js";
import { showComposer } from "./composer.js";
import { showProcedures } from "./procedures.js";
import { showStory } from "./story.js";
import { hindrance, verbsFor } from "./verbs.js";
import {
  countdown,
  countdownShows,
  dueLine,
  isSettled,
  lastCustomerSeq,
  nameOf,
  priorityBadge,
  reasonOf,
  signalWords,
  statusBadge,
  waited,
} from "../ticket.js";
import { currentLanguage, label, stamp, t } from "../words.js";

/**
 * Shows `ticket`; `page`: what its verbs tell the page; `newFrom`: the customer's messages from this number on came
 * while the agent wrote.
 */
export function showCard(ticket, me, { page, newFrom }) {
  $("#empty").hidden = true;
  $("#open").hidden = false;
  showHead(ticket, me, page);
  show($("#facts"), [{ ...ticket, messages: 0, events: 0 }, currentLanguage()], () => factsOf(ticket));
  showProcedures(ticket);
  showStory($("#story"), $("#scroller"), ticket, newFrom);
  showComposer(ticket, lastCustomerSeq(ticket), hindrance(ticket, me));
}

export function showNoCard(words) {
  $("#open").hidden = true;
  $("#empty").hidden = false;
  $("#empty-words").dataset.words = words;
  $("#empty-words").textContent = t(words);
}

function showHead(ticket, me, page) {
  const language = currentLanguage();
  const verbs = verbsFor(ticket, me);
  show($("#standing"), [ticket.number, ticket.priority, ticket.status, countdownShows(ticket), language], () =>
    standingOf(ticket),
  );
  show($("#by"), [ticket.customer, ticket.team, ticket.holder, waited(ticket), language], () => byline(ticket));
  show(
    $("#verbs"),
    [ticket.number, ticket.version, ticket.conversation_state, verbs.map((verb) => verb.name), language],
    () => verbs.map((verb) => verbButton(verb, ticket, page)),
  );
  $("#card-title").textContent = ticket.summary || t("desk.no-summary");
}

const standingOf = (ticket) => [
  priorityBadge(ticket),
  statusBadge(ticket),
  el("b", { class: "figure" }, `#${ticket.number}`),
  countdown(ticket),
];

function byline(ticket) {
  const parts = [
    nameOf(ticket.customer),
    label("channel", ticket.channel),
    label("team", ticket.team),
    holderOf(ticket),
    !isSettled(ticket) && waited(ticket),
  ];
  return parts
    .filter(Boolean)
    .flatMap((part, place) => [place > 0 && el("span", { "aria-hidden": "true" }, "·"), el("span", {}, part)]);
}

const holderOf = (ticket) => (ticket.holder ? t("desk.held", { name: ticket.holder.name }) : t("desk.unheld"));

function verbButton(verb, ticket, page) {
  const kind = verb.main ? "button main" : "button";
  return el(
    "button",
    { type: "button", class: kind, data: { verb: verb.name }, on: { click: () => verb.run(ticket, page) } },
    icon(verb.icon),
    t(`verb.${verb.name}`),
  );
}

/** Every ticket was handed over, so that tells nothing of this one. */
function signalsOf(ticket) {
  return [...new Set(ticket.signals.filter((name) => name !== "handoff").map(signalWords))];
}

function factsOf(ticket) {
  const signals = signalsOf(ticket);
  return [
    section(
      "facts.reasons",
      el("ul", { class: "reasons" }, ...ticket.priority_reasons.map((reason) => el("li", {}, reasonOf(reason)))),
    ),
    signals.length > 0 && section("facts.signals", chips(signals)),
    section(
      "facts.promises",
      pairs([
        ["facts.first", dueLine(ticket, "first_response")],
        ["facts.solved", dueLine(ticket, "resolution")],
        ["facts.until", ticket.waiting_until && stamp(ticket.waiting_until)],
      ]),
    ),
    section(
      "facts.matter",
      pairs([
        ["facts.type", label("type", ticket.request_type)],
        ["facts.reason", label("reason", ticket.reason)],
        ["facts.topic", ticket.topic && label("topic", ticket.topic)],
        ["facts.cause", ticket.cause && label("cause", ticket.cause)],
        ["facts.opened", stamp(ticket.created_at)],
      ]),
    ),
    section(
      "facts.customer",
      pairs([
        ["facts.name", nameOf(ticket.customer)],
        ["facts.email", ticket.customer?.email],
        ["facts.phone", ticket.customer?.phone],
        ["facts.tier", ticket.customer?.tier],
        ["facts.language", label("language", ticket.language)],
      ]),
    ),
    ticket.solution && section("facts.solution", el("p", {}, ticket.solution)),
  ].filter(Boolean);
}

const section = (words, content) => el("section", {}, el("h2", {}, t(words)), content);
const chips = (texts) => el("ul", { class: "chips" }, ...texts.map((text) => el("li", { class: "badge" }, text)));

function pairs(rows) {
  return el(
    "dl",
    {},
    ...rows.filter(([, value]) => value).flatMap(([words, value]) => [el("dt", {}, t(words)), el("dd", {}, value)]),
  );
}
