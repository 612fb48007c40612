/** One correction: what was said, what the bot and the agent took it for, and the designer's decision. */

import { el } from "../dom.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { signalWords } from "../ticket.js";
import { label, moment, t } from "../words.js";

const MOST = 500;

/** `on`: `decided(id)` after a decision, `changed()` when somebody else came first. */
export function correctionNode(row, intents, on) {
  const node = el("li", { data: { correction: row.id } }, el("blockquote", {}, row.said), ...linesOf(row));
  if (!row.exported_at) node.append(decisionForm(row, intents, on));
  return node;
}

function linesOf(row) {
  const understood = row.understood ? signalWords(row.understood) : t("learning.nothing");
  const sure = row.confidence > 0 ? t("learning.sure", { percent: Math.round(row.confidence * 100) }) : null;
  const matter = [label("type", row.request_type), row.topic && label("topic", row.topic)];
  const says = [row.proposed && signalWords(row.proposed), ...matter].filter(Boolean).join(" · ");
  const origin = t("learning.origin", { name: row.corrected_by, number: row.ticket, time: moment(row.corrected_at) });
  return [
    el("p", {}, t("learning.understood", { what: understood }), sure && ` ${sure}`),
    el("p", {}, t("learning.says", { what: says })),
    el("p", { class: "quiet" }, origin),
    row.decided_at && el("p", { class: "quiet" }, decisionLine(row)),
  ];
}

function decisionLine(row) {
  const values = { name: row.decided_by, time: moment(row.decided_at) };
  if (row.state === "rejected") return t("learning.was-rejected", values);
  const taught = { ...values, intent: signalWords(row.intent), example: row.example };
  return t(row.exported_at ? "learning.was-exported" : "learning.was-accepted", taught);
}

function decisionForm(row, intents, on) {
  const problem = el("p", { class: "error", role: "alert" });
  const example = el("textarea", { class: "input", name: "example", rows: 2, maxlength: MOST, required: true });
  example.value = row.example ?? row.said.slice(0, MOST);
  const intent = el("select", { class: "input", name: "intent", required: true }, ...options(intents));
  intent.value = row.intent ?? row.proposed ?? "";
  const decide = (step, body) => decideOn(row, step, body, problem, on);
  const submit = (event) => {
    event.preventDefault();
    decide("accept", { example: example.value.trim(), intent: intent.value });
  };
  const reject = el(
    "button",
    { type: "button", class: "button quiet", on: { click: () => decide("reject", {}) } },
    t("learning.reject"),
  );
  return el(
    "form",
    { on: { submit } },
    el("label", { class: "field" }, el("span", {}, t("learning.example")), example),
    el("label", { class: "field" }, el("span", {}, t("learning.intent")), intent),
    problem,
    el(
      "div",
      { class: "verbs" },
      el("button", { type: "submit", class: "button main" }, t("learning.accept")),
      row.state !== "rejected" && reject,
    ),
  );
}

function options(intents) {
  const named = intents.map((value) => ({ value, words: signalWords(value) }));
  named.sort((one, other) => one.words.localeCompare(other.words));
  return [{ value: "", words: t("dialog.choose") }, ...named].map(({ value, words }) => el("option", { value }, words));
}

async function decideOn(row, step, body, problem, on) {
  problem.textContent = "";
  try {
    const path = `/learning/corrections/${encodeURIComponent(row.id)}/${step}`;
    await staffCall(path, { method: "POST", body: { version: row.version, ...body } });
    toast(t(`learning.done.${step}`));
    await on.decided(row.id);
  } catch (error) {
    problem.textContent = sentenceOf(error);
    if (error.code === "conflict") await on.changed();
  }
}
