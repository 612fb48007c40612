/** How a ticket's facts are shown, on the desk's list and card alike. */

import { el, icon } from "./dom.js";
import { currentLanguage, label, moment, span, stamp, t } from "./words.js";

export const isSettled = (ticket) => ["resolved", "closed"].includes(ticket.status);
export const isHeldBy = (ticket, me) => ticket.holder?.id === me.id;

export function priorityBadge(ticket) {
  const mark = ["urgent", "high"].includes(ticket.priority) ? icon("warning") : null;
  return el("span", { class: `badge ${ticket.priority}` }, mark, label("priority", ticket.priority));
}

export const statusBadge = (ticket) => el("span", { class: "badge" }, label("status", ticket.status));

/** The number of the customer's last message on the card, or 0. */
export const lastCustomerSeq = (ticket) => Math.max(0, ...writtenAfter(ticket, 0).map((message) => message.seq));

/** The customer's messages that came after number `seq`. */
export const writtenAfter = (ticket, seq) =>
  ticket.messages.filter((message) => message.author === "customer" && message.seq > seq);

/** The promise that is owed next: the first answer, then the solution; nothing once it is solved. */
export function owed(ticket) {
  if (isSettled(ticket)) return null;
  const kind = ticket.first_response_at ? "resolution" : "first_response";
  return { kind, at: ticket[`${kind}_due`] };
}

/** "Answer in 12 min", or that it is overdue, in words and not by colour alone. */
export function countdown(ticket) {
  const next = owed(ticket);
  if (!next?.at) return null;
  const left = Date.parse(next.at) - Date.now();
  const words = t(`due.${next.kind}${left < 0 ? ".late" : ""}`, { span: span(left) });
  return el(
    "time",
    { class: left < 0 ? "late" : "", datetime: next.at, title: stamp(next.at) },
    left < 0 && icon("warning"),
    words,
  );
}

/** What a countdown shows, without its element: changes when the words do. */
export const countdownShows = (ticket) =>
  owed(ticket)?.at ? span(Date.parse(owed(ticket).at) - Date.now()) + owed(ticket).at : "";

/** How long it has been there; nobody waits for us any more once the first answer was given. */
export const waited = (ticket) =>
  t(ticket.first_response_at ? "ticket.aged" : "ticket.waited", {
    span: span(Date.now() - Date.parse(ticket.created_at)),
  });

/** What a turn brought back, in words; a complaint's intent is named by its topic. */
export function signalWords(signal) {
  const topic = signal.replace(/^complain_/, "");
  return topic === signal ? label("signal", signal) : label("topic", topic);
}

/** A rule's reason in the page's language. */
export const reasonOf = (reason) => reason.text?.[currentLanguage()] ?? reason.text?.en ?? String(reason);

const NAMELESS = /^visitor (\w+)$/;

/** A person's name; whoever gave none is "visitor" and a few letters on the wire, and that in the page's language here. */
export const personName = (name) =>
  name?.replace(NAMELESS, (_, letters) => `${t("ticket.visitor")} ${letters}`) ?? t("ticket.visitor");

export const nameOf = (customer) => personName(customer?.name);

function kept({ first_response_at }, kind) {
  const answered = kind === "first_response" && first_response_at;
  return answered ? t("due.answered", { time: moment(first_response_at) }) : null;
}

export function dueLine(ticket, kind) {
  const at = ticket[`${kind}_due`];
  if (!at) return null;
  const missed = ticket.breached.includes(kind);
  const words = missed ? t("due.missed", { time: moment(at) }) : kept(ticket, kind) ?? moment(at);
  return el("time", { class: missed ? "late" : "", datetime: at, title: stamp(at) }, missed && icon("warning"), words);
}
