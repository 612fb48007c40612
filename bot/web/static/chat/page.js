/** The visitor's page: wires the session, the link, the outbox and the thread together. */

import { $, announce, el } from "../dom.js";
import { keep, kept } from "../keep.js";
import { showLanguageSwitch } from "../language.js";
import { onLanguage, startWords, t } from "../words.js";
import { nameOf } from "./bubbles.js";
import { startComposer } from "./composer.js";
import { startFrame, tellHost } from "./frame.js";
import { Link } from "./link.js";
import { Outbox } from "./outbox.js";
import { Session } from "./session.js";
import { sentence, setAgent, setStanding, showStanding, startStanding } from "./standing.js";
import { Thread } from "./thread.js";

const HUMAN = "human";

await startWords();

const session = new Session(lost);
const link = new Link(session, {
  message: received,
  state: stood,
  typing: (author) => thread.showTyping(author),
  ack: (ack) => outbox.acked(ack),
  error: () => outbox.refused(),
  condition: connected,
});
const outbox = new Outbox(session, link, { change: travelling, delivered });
const thread = new Thread(
  { list: $("#thread"), scroller: $("#scroller"), newer: $("#newer") },
  { choose: ({ title, payload }) => outbox.add(title, payload), rate, retry: (id) => outbox.retry(id), discard },
);
const composer = startComposer({ send: (text) => outbox.add(text), typing: () => link.send({ type: "typing" }) });
let noticed = false;

function start() {
  showLanguageSwitch($("#language"));
  onLanguage(reword);
  startFrame();
  startStanding(() => session.call("/ticket"));
  showStanding();
  showStarters();
  $("#human").addEventListener("click", askForPerson);
  document.addEventListener("visibilitychange", tellSeen);
  for (const item of outbox.items) thread.putPending(item);
  thread.setRated(ratings());
  welcome();
  if (session.held) link.start(true);
  outbox.flush();
}

function reword() {
  showStanding();
  showStarters();
  composer.recount();
  thread.draw();
}

function askForPerson() {
  outbox.add(t("chat.human.text"), HUMAN);
  composer.focus();
}

function showStarters() {
  const starters = ["offline", "order", "return", "slow"].map((name) => t(`starter.${name}`));
  $("#starters").replaceChildren(...starters.map((text) => el("li", {}, starter(text))));
}

function starter(text) {
  return el("button", { type: "button", class: "starter", on: { click: () => outbox.add(text) } }, text);
}

function welcome() {
  document.body.classList.toggle("fresh", thread.isEmpty);
}

function travelling(item) {
  thread.putPending(item);
  welcome();
  if (item.state === "waiting" && !item.limited) showAway(true);
  if (item.state === "failed") announce(t("chat.failed.spoken"));
}

function discard(id) {
  outbox.discard(id);
  thread.dropPending(id);
  welcome();
  composer.focus();
}

function delivered(item, ack) {
  const first = !noticed && ack.notice;
  noticed ||= Boolean(ack.notice);
  thread.settle(item, ack, first ? ack.notice : null);
  announce(first ? ack.notice : t("chat.received"));
  showAway(false);
  link.start();
}

function received(message, isHistory) {
  if (message.author === "customer") ours(message);
  if (message.author === "agent") setAgent(message.author_name ?? null);
  thread.put(message);
  welcome();
  if (isHistory || message.author === "customer") return;
  announce(`${nameOf(message)}: ${message.text}`);
  tellHost("message");
  tellSeen();
}

/** Our own message may come back before its ack: that it comes back says the same. */
function ours({ client_message_id, seq, message_id, at }) {
  outbox.acked({ client_message_id, seq, message_id, received_at: at });
}

function stood(state, ticket) {
  if (setStanding(state, ticket) && state === "agent") announce(sentence());
}

function connected(condition) {
  showAway(condition === "away");
  if (condition === "away") return;
  outbox.wake();
  tellSeen();
}

function showAway(away) {
  if ($("#away").hidden === away) announce(t(away ? "chat.away" : "chat.back"));
  $("#away").hidden = !away;
}

function tellSeen() {
  if (!document.hidden && thread.lastSeq) link.send({ type: "seen", seq: thread.lastSeq });
}

function lost() {
  link.reset();
  thread.clear();
  setStanding("bot", null);
  welcome();
}

const ratings = () =>
  (kept("rated")?.conversation === session.held?.conversation_id ? kept("rated")?.answers : null) ?? {};

/** Without a reason at first: whoever wants to gives one afterwards. */
async function rate(message, helpful, reason) {
  const answers = { ...ratings(), [message.seq]: reason ? "told" : helpful };
  try {
    await session.call(`/messages/${message.seq}/feedback`, { method: "POST", body: { helpful, reason } });
    keep("rated", { conversation: session.held.conversation_id, answers });
    thread.setRated(answers);
    announce(t(reason ? "chat.told" : helpful ? "chat.thanks" : "chat.sorry"));
  } catch {
    announce(t("chat.unrated"));
  }
}

start();
