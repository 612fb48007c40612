/** The procedures that are followed on the open ticket, ticked step by step; and what fits it. */

import { $, el, fillWith, icon } from "../dom.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { currentLanguage, label, moment, stamp, t } from "../words.js";

let shown = null;
let turn = 0;

/** Looks again when the ticket, its version or the language is another. */
export async function showProcedures(ticket) {
  const wanted = [ticket.number, ticket.version, currentLanguage()].join();
  if (wanted === shown) return;
  if (shown?.split(",")[0] !== String(ticket.number)) fillWith($("#procedures"));
  shown = wanted;
  const mine = ++turn;
  try {
    const found = await staffCall(`/desk/tickets/${ticket.number}/procedures`);
    if (mine === turn) draw(ticket, found);
  } catch {
    shown = null;
  }
}

function draw(ticket, { items, suggested }) {
  const focused = document.activeElement?.dataset.step;
  fillWith($("#procedures"), ...items.map((one) => followed(ticket, one)), suggested.length > 0 && offered(ticket, suggested));
  if (focused) $(`[data-step="${CSS.escape(focused)}"]`)?.focus();
}

function followed(ticket, procedure) {
  const left = procedure.steps.filter(({ done_at }) => !done_at).length;
  return el(
    "section",
    { class: "procedure" },
    el("h2", {}, procedure.question),
    el("p", { class: "quiet" }, left ? t("procedure.left", { n: left }) : t("procedure.done")),
    el("ol", { class: "steps" }, ...procedure.steps.map((step, place) => stepNode(ticket, procedure, step, place + 1))),
  );
}

function stepNode(ticket, procedure, step, number) {
  const path = `/desk/tickets/${ticket.number}/procedures/${encodeURIComponent(procedure.article_id)}/steps/${number}`;
  const tick = (event) => send(ticket, path, { done: event.target.checked });
  const box = el("input", { type: "checkbox", checked: Boolean(step.done_at), data: { step: `${procedure.article_id}-${number}` }, on: { change: tick } });
  return el(
    "li",
    {},
    el("label", {}, box, el("span", {}, step.text)),
    el("p", { class: "quiet" }, ...standing(step)),
    step.sentence && !step.done_at && sentence(step.sentence),
  );
}

function standing({ team, minutes, done_at, done_by, due_at }) {
  if (done_at) return [el("time", { datetime: done_at, title: stamp(done_at) }, t("procedure.by", { name: done_by.name, time: moment(done_at) }))];
  const late = due_at && Date.parse(due_at) < Date.now();
  const limit = due_at ? t("procedure.due", { time: moment(due_at) }) : minutes && t("procedure.minutes", { n: minutes });
  return [team && el("span", {}, label("team", team)), team && limit && " · ", limit && el("span", { class: late ? "late" : null }, limit)].filter(Boolean);
}

/** What the customer is to be told goes into the answer, to be read over before it is sent. */
function sentence(words) {
  const put = () => {
    const text = $("#text");
    text.value = [text.value.trim(), words].filter(Boolean).join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  };
  return el("button", { type: "button", class: "say", title: t("procedure.say"), on: { click: put } }, icon("quote"), el("span", {}, words));
}

function offered(ticket, suggested) {
  const one = ({ article_id, question }) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "button", on: { click: () => send(ticket, `/desk/tickets/${ticket.number}/procedures`, { article_id }) } },
        icon("plus"),
        question,
      ),
    );
  return el("section", {}, el("h2", {}, t("procedure.suggested")), el("ul", { class: "offers" }, ...suggested.map(one)));
}

async function send(ticket, path, body) {
  try {
    const found = await staffCall(path, { method: "POST", body });
    turn += 1;
    draw(ticket, { suggested: [], ...found });
  } catch (error) {
    toast(sentenceOf(error));
    shown = null;
    showProcedures(ticket);
  }
}
