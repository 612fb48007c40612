/** The agents' page: the tickets in working order, and the open one. */

import { Refused } from "../api.js";
import { showKeys } from "../dialog.js";
import { $, announce, el } from "../dom.js";
import { onKeys } from "../keys.js";
import { listen } from "../live.js";
import { close, merged, opened, pageQuery, Rows, showView } from "../rows.js";
import { sentenceOf, staffCall, startStaffPage, toast } from "../staff.js";
import {
  countdown,
  countdownShows,
  isSettled,
  lastCustomerSeq,
  nameOf,
  priorityBadge,
  statusBadge,
  waited,
  writtenAfter,
} from "../ticket.js";
import { currentLanguage, label, namesOf, onLanguage, t } from "../words.js";
import { showCard, showNoCard } from "./card.js";
import { reword, startComposer, write } from "./composer.js";
import { showCustomerTyping } from "./story.js";

const TICK_MS = 10_000;
const SETTLE_MS = 600;
const TYPING_MS = 6_000;

const me = await startStaffPage("desk");
const rows = new Rows($("#list"), (ticket) => ticket.number, paint);
const unread = new Set();
let tickets = [];
let next = null;
let loads = 0;
let ticket = null;
let newFrom = Infinity;
let typingTimer = 0;

function start() {
  startComposer({ sent: () => reopenCard(), stale: showStale });
  fillFilters();
  $("#filters").addEventListener("submit", (event) => event.preventDefault());
  $("#filters").addEventListener("input", soon(load, 250));
  $("#back").addEventListener("click", close);
  $("#more").addEventListener("click", () => load(next));
  addEventListener("hashchange", openFromAddress);
  onLanguage(() => (fillFilters(), reword(), draw(), drawCard()));
  onKeys(KEYS);
  setInterval(() => (draw(), drawCard()), TICK_MS);
  load().then(openFromAddress);
  listen(
    { ticket: (frame) => changed(frame.ticket), message: said, typing: typed, alert: warned },
    () => (load(), reopenCard()),
  );
}

const KEYS = {
  j: () => rows.move(1),
  k: () => rows.move(-1),
  c: () => $('[data-verb="claim"]')?.click(),
  e: () => $('[data-verb="resolve"]')?.click(),
  r: () => ticket && write("reply"),
  n: () => ticket && write("note"),
  "/": () => $("#q").focus(),
  Escape: () => (close(), rows.focusOpen()),
  "?": () => showKeys(["j", "k", "c", "r", "n", "e", "/", "?"].map((key) => [key, t(`keys.${key}`)])),
};

/** Calls `action` once when nothing has asked for it any more for `milliseconds`. */
function soon(action, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => action(), milliseconds);
  };
}

function fillFilters() {
  const options = (kind, names, all) => [
    el("option", { value: "" }, t(all)),
    ...names.map((name) => el("option", { value: name }, label(kind, name))),
  ];
  refill($("#status"), options("status", ["new", "open", "waiting", "resolved", "closed"], "filter.active"));
  refill($("#team"), options("team", namesOf("team"), "filter.teams"));
}

function refill(select, options) {
  const value = select.value;
  select.replaceChildren(...options);
  select.value = value;
}

/** Loads the list, or what follows `cursor`. An answer that a newer question has overtaken is not shown. */
async function load(cursor) {
  const place = ++loads;
  const asked = new FormData($("#filters"));
  try {
    const page = await staffCall(`/desk/tickets?${pageQuery(tickets.length, { ...Object.fromEntries(asked), cursor })}`);
    if (place !== loads) return;
    tickets = cursor ? merged(tickets, page.items, "number") : page.items;
    next = page.next ?? null;
    draw();
  } catch (error) {
    $("#count").textContent = sentenceOf(error);
  }
}

function draw() {
  rows.show(tickets);
  $("#count").textContent = t("desk.count", { n: tickets.length });
  $("#none").hidden = tickets.length > 0;
  $("#more").hidden = !next;
}

function paint(shown) {
  const isUnread = unread.has(shown.number);
  const shows = [shown, isUnread, countdownShows(shown), waited(shown), currentLanguage()];
  return { shows, nodes: () => rowOf(shown, isUnread) };
}

function rowOf(shown, isUnread) {
  const holder = shown.holder ? shown.holder.name : t("desk.unheld");
  return [
    el(
      "span",
      { class: "top" },
      priorityBadge(shown),
      !["new", "open"].includes(shown.status) && statusBadge(shown),
      el("span", { class: "figure" }, `#${shown.number}`),
      el("span", { class: "end" }, countdown(shown)),
    ),
    el("span", { class: "what" }, shown.summary || t("desk.no-summary")),
    el(
      "span",
      { class: "foot" },
      el("span", {}, `${nameOf(shown.customer)} · ${holder}`),
      el(
        "span",
        { class: "end" },
        isUnread ? el("span", { class: "news" }, t("desk.new-message")) : !isSettled(shown) && waited(shown),
      ),
    ),
  ];
}

async function openFromAddress() {
  showView();
  rows.markOpen();
  const number = opened();
  newFrom = Infinity;
  unread.delete(Number(number));
  if (!number) return ((ticket = null), showNoCard("desk.choose"));
  await fetchCard(number);
}

async function fetchCard(number) {
  try {
    const fetched = await staffCall(`/desk/tickets/${number}`);
    if (opened() !== String(number)) return;
    ticket = fetched;
    drawCard();
  } catch (error) {
    if (error instanceof Refused) showNoCard(error.status === 404 ? "desk.gone" : "desk.choose");
    if (error instanceof Refused) ticket = null;
    toast(sentenceOf(error));
  }
}

async function reopenCard() {
  load();
  if (ticket) await fetchCard(ticket.number);
}

function drawCard() {
  if (ticket) showCard(ticket, me, { page: { done: reopenCard, seen, stale: showStale }, newFrom });
}

const seen = () => lastCustomerSeq(ticket);

/** Shows what the customer wrote after number `seenSeq`, marked as new; gives it. */
async function showStale(seenSeq) {
  newFrom = seenSeq + 1;
  await reopenCard();
  return ticket ? writtenAfter(ticket, seenSeq) : [];
}

const loadSoon = soon(load, SETTLE_MS);
const reopenSoon = soon(reopenCard, SETTLE_MS);

/** A changed ticket is shown where it stands at once; its place in the order comes with the next load. */
function changed(fresh) {
  const place = tickets.findIndex((one) => one.number === fresh.number);
  if (place >= 0) tickets[place] = fresh;
  else if (fresh.status === "new")
    announce(t("desk.arrived", { number: fresh.number, priority: label("priority", fresh.priority) }));
  draw();
  if (ticket?.number === fresh.number && fresh.version !== ticket.version) reopenSoon();
  else loadSoon();
}

function said({ conversation_id, number, message }) {
  const isOpen = ticket && (ticket.conversation_id === conversation_id || ticket.number === number);
  if (isOpen) return addMessage(message);
  const other = tickets.find((one) => one.conversation_id === conversation_id || one.number === number);
  if (!other || message.author !== "customer") return;
  unread.add(other.number);
  draw();
}

function addMessage(message) {
  if (ticket.messages.some((one) => one.seq === message.seq)) return;
  if (message.author === "customer" && $("#text").value && newFrom === Infinity) newFrom = lastCustomerSeq(ticket) + 1;
  ticket.messages.push(message);
  drawCard();
  if (message.author !== "customer") return;
  showCustomerTyping($("#typing"), false);
  announce(`${nameOf(ticket.customer)}: ${message.text}`);
}

function typed({ conversation_id, author }) {
  if (author !== "customer" || ticket?.conversation_id !== conversation_id) return;
  clearTimeout(typingTimer);
  showCustomerTyping($("#typing"), true);
  typingTimer = setTimeout(() => showCustomerTyping($("#typing"), false), TYPING_MS);
}

function warned({ alert }) {
  const link = $('#nav [data-page="alerts"]');
  if (!link || alert.phase !== "warning") return;
  link.dataset.news = "!";
  announce(t("alert.arrived", { topic: label("topic", alert.topic) }));
}

start();
