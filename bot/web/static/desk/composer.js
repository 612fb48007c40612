/** Where the agent writes: a reply to the customer, or a note that only the staff sees. What is begun is kept by ticket. */

import { Away, randomId, Refused } from "../api.js";
import { $, el, fillWith } from "../dom.js";
import { keep, kept } from "../keep.js";
import { tellLive } from "../live.js";
import { sentenceOf, toast } from "../staff.js";
import { t } from "../words.js";
import { post } from "./verbs.js";
import { rewordWording, watchWording } from "./wording.js";

const MODES = ["reply", "note"];
const TYPING_EVERY_MS = 3_000;

let mode = "reply";
let ticket = null;
let seenSeq = 0;
let hindered = null;
let sendId = null;
let toldTypingAt = 0;
let tell = null;

/** `on`: `sent()`, `stale(seenSeq)`: the customer wrote after what the agent had seen. */
export function startComposer(on) {
  tell = on;
  $("#write").addEventListener("submit", (event) => (event.preventDefault(), send()));
  $("#text").addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    if (event.key === "Escape") $("#card-title").focus();
  });
  $("#text").addEventListener("input", () => (remember(), tellTyping(), lookAtWording()));
  fillWith($("#modes"), ...MODES.map(modeButton));
}

function modeButton(name) {
  const words = el("span", { data: { words: `desk.${name}` } }, t(`desk.${name}`));
  return el(
    "button",
    { type: "button", "aria-pressed": name === mode, data: { mode: name }, on: { click: () => write(name) } },
    words,
  );
}

/**
 * Shows what was begun for this ticket. `seen`: the last of the customer's messages that stands on the page;
 * `hindrance`: why the customer cannot be answered, in which case only notes can be written.
 */
export function showComposer(shown, seen, hindrance) {
  const other = ticket?.number !== shown.number;
  ticket = shown;
  seenSeq = seen;
  hindered = hindrance;
  if (other) {
    sendId = null;
    setMode("reply");
  }
  showHindrance();
}

function showHindrance() {
  const closed = mode === "reply" && hindered !== null;
  $("#hindrance").textContent = closed ? hindered : "";
  $("#text").disabled = $("#send").disabled = closed;
}

export function write(name) {
  setMode(name);
  $("#text").focus();
}

function setMode(name) {
  mode = name;
  for (const button of $("#modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === name));
  $("#write").dataset.mode = name;
  for (const node of [$("#text-label"), $("#send-words")])
    node.dataset.words = `desk.${name}${node.id === "text-label" ? ".write" : ".send"}`;
  reword();
  $("#text").value = drafts()[draftKey()] ?? "";
  $("#problem").textContent = "";
  lookAtWording();
  showHindrance();
}

/** A note is for the team, which may speak plainly. */
const lookAtWording = () => watchWording(mode === "reply" ? $("#text").value : "");

function tellTyping() {
  if (mode !== "reply" || Date.now() - toldTypingAt < TYPING_EVERY_MS) return;
  toldTypingAt = Date.now();
  tellLive({ type: "typing", number: ticket.number });
}

export function reword() {
  $("#text").placeholder = t(`desk.${mode}.write`);
  $("#text-label").textContent = t(`desk.${mode}.write`);
  $("#send-words").textContent = t(`desk.${mode}.send`);
  rewordWording();
}

const drafts = () => kept("drafts", "sessionStorage") ?? {};
const draftKey = () => `${ticket.number}.${mode}`;

function remember() {
  sendId = null;
  const { [draftKey()]: _, ...others } = drafts();
  const text = $("#text").value;
  keep("drafts", text ? { ...others, [draftKey()]: text } : others, "sessionStorage");
}

async function send() {
  const text = $("#text").value.trim();
  if (!text || $("#send").disabled) return;
  $("#send").disabled = true;
  $("#problem").textContent = "";
  try {
    await post(ticket, mode, bodyFor(text));
    $("#text").value = "";
    remember();
    lookAtWording();
    toast(t(`desk.${mode}.sent`));
    tell.sent();
  } catch (error) {
    refused(error);
  } finally {
    showHindrance();
    $("#text").focus();
  }
}

/** A try that may have arrived keeps its id, so that the next one cannot say the same twice. */
function bodyFor(text) {
  if (mode === "note") return { text };
  sendId ??= randomId();
  return { text, based_on_seq: seenSeq, client_message_id: sendId };
}

function refused(error) {
  const stale = error instanceof Refused && error.code === "stale";
  if (!(error instanceof Away)) sendId = null;
  $("#problem").textContent = stale ? t("desk.stale") : sentenceOf(error);
  if (stale) tell.stale(seenSeq);
}
