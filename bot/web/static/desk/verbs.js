/**
 * What an agent does with a ticket. Each verb calls the server, and tells the page: `done()` shows the ticket as it is
 * now, `seen()` is the number of the customer's last message on the page, `stale(seq)` brings those after it and gives
 * them.
 */

import { Refused } from "../api.js";
import { ask, optionsOf } from "../dialog.js";
import { raise } from "../raise.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { isHeldBy, isSettled, signalWords, writtenAfter } from "../ticket.js";
import { label, namesOf, t } from "../words.js";

const CAUSES = ["process", "people", "technology", "external"];
const EXCERPT = 60;

export const post = (ticket, verb, body = {}) =>
  staffCall(`/desk/tickets/${ticket.number}/${verb}`, { method: "POST", body });

/** The verbs that make sense for this ticket and this agent, the nearest first. */
export function verbsFor(ticket, me) {
  const mine = isHeldBy(ticket, me);
  const settled = isSettled(ticket);
  const anothers = ticket.holder && !mine;
  const speaking = mine && ticket.conversation_state === "agent";
  return [
    !settled && !anothers && !speaking && { name: "claim", icon: "person", main: true, run: claim },
    !settled && !anothers && { name: "resolve", icon: "check", run: resolve },
    !settled && mine && ticket.status !== "waiting" && { name: "wait", icon: "clock", run: wait },
    !settled && (!anothers || mayMoveAnothers(me)) && { name: "transfer", icon: "out", run: transfer },
    !settled && speaking && { name: "return-to-bot", icon: "back", run: returnToBot },
    writtenAfter(ticket, 0).length > 0 && { name: "correct", icon: "note", run: correct },
    !settled && { name: "raise", icon: "warning", run: raiseAlert },
    settled && { name: "article", icon: "article", main: true, run: writeArticle },
    settled && { name: "reopen", icon: "retry", run: reopen },
  ].filter(Boolean);
}

const mayMoveAnothers = (me) => ["lead", "supervisor", "admin"].some((role) => me.roles.includes(role));

/** Why this agent cannot answer the customer on this ticket, if so. */
export function hindrance(ticket, me) {
  if (isSettled(ticket)) return t("desk.settled");
  return ticket.holder && !isHeldBy(ticket, me) ? t("desk.anothers", { name: ticket.holder.name }) : null;
}

async function claim(ticket, page) {
  try {
    await post(ticket, "claim");
    toast(t("desk.claimed", { number: ticket.number }));
  } catch (error) {
    toast(sentenceOf(error));
  }
  await page.done();
}

function resolve(ticket, page) {
  const causes = [{ value: "", words: t("cause.none") }, ...optionsOf("cause", CAUSES)];
  const fields = [
    { name: "summary", kind: "area", words: t("resolve.summary"), required: true },
    { name: "cause", kind: "select", words: t("resolve.cause"), options: causes },
  ];
  return asked(ticket, "resolve", page, fields, allRead(ticket, "resolve", page));
}

function transfer(ticket, page) {
  const teams = [...new Set([...namesOf("team"), ticket.team])].filter((team) => team !== ticket.team);
  return asked(ticket, "transfer", page, [
    {
      name: "team",
      kind: "select",
      words: t("transfer.team"),
      options: teams.map((value) => ({ value, words: label("team", value) })),
      required: true,
    },
    { name: "reason", kind: "area", words: t("transfer.reason"), required: true },
  ]);
}

function wait(ticket, page) {
  return asked(ticket, "wait", page, [
    { name: "reason", kind: "line", words: t("wait.reason"), required: true },
    { name: "until", kind: "moment", words: t("wait.until") },
  ]);
}

function reopen(ticket, page) {
  return asked(ticket, "reopen", page, [{ name: "reason", kind: "area", words: t("reopen.reason"), required: true }]);
}

/** What solved the ticket becomes a draft for the editors. */
async function writeArticle(ticket, page) {
  try {
    const { question } = await post(ticket, "article");
    toast(t("desk.article", { question }));
  } catch (error) {
    toast(sentenceOf(error));
  }
  await page.done();
}

function raiseAlert(ticket) {
  const raised = () => toast(t("desk.raised"));
  return raise(raised, { topic: ticket.topic, conversation_ids: [ticket.conversation_id] });
}

/** What the ticket is about, put right; the conversation designer hears of the message that was misunderstood. */
async function correct(ticket, page) {
  const { items } = await staffCall("/learning/intents").catch((error) => (toast(sentenceOf(error)), { items: null }));
  if (!items) return;
  const words = t("correct.none");
  const intents = items.map((value) => ({ value, words: signalWords(value) }));
  intents.sort((one, other) => one.words.localeCompare(other.words));
  const types = optionsOf("type", namesOf("type"));
  const topics = [{ value: "", words }, ...optionsOf("topic", namesOf("topic"))];
  const fields = [
    messageField(ticket),
    { name: "request_type", kind: "select", words: t("facts.type"), options: types, value: ticket.request_type },
    { name: "topic", kind: "select", words: t("facts.topic"), options: topics, value: ticket.topic ?? "" },
    { name: "intent", kind: "select", words: t("correct.intent"), options: [{ value: "", words }, ...intents] },
  ].filter(Boolean);
  const perform = ({ seq, topic = null, ...more }) =>
    post(ticket, "correct", { ...more, topic, ...(seq && { seq: Number(seq) }) });
  return asked(ticket, "correct", page, fields, perform);
}

/** Asks which message was misunderstood, where there are several. */
function messageField(ticket) {
  const written = writtenAfter(ticket, 0);
  if (written.length < 2) return null;
  const one = ({ seq, text }) => ({ value: seq, words: text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text });
  const options = [{ value: "", words: t("correct.first") }, ...written.map(one)];
  return { name: "seq", kind: "select", words: t("correct.message"), options };
}

const returnToBot = (ticket, page) =>
  asked(ticket, "return-to-bot", page, [], allRead(ticket, "return-to-bot", page));

/** Calls `verb`, which the server refuses when the customer has written meanwhile; the dialog then shows the words. */
function allRead(ticket, verb, page) {
  let seen = page.seen();
  return async (values) => {
    try {
      await post(ticket, verb, { ...values, based_on_seq: seen });
    } catch (error) {
      if (!(error instanceof Refused && error.code === "stale")) throw error;
      const news = await page.stale(seen);
      if (news.length === 0) throw error;
      seen = Math.max(seen, ...news.map((message) => message.seq));
      const words = news.map((message) => message.text).join("\n");
      throw new Refused(error.status, { code: "unread", message: t("dialog.stale", { words }) });
    }
  };
}

async function asked(ticket, verb, page, fields, perform = (values) => post(ticket, verb, values)) {
  const title = t(`verb.${verb}.title`, { number: ticket.number });
  const intro = t(`verb.${verb}.intro`);
  if (await ask({ title, intro, fields, submit: t(`verb.${verb}`), perform })) await page.done();
}
