/** Work that failed for good, and what an admin does about it. */

import { ask } from "../dialog.js";
import { $, el, icon, Nodes, syncChildren } from "../dom.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { currentLanguage, label, moment, t } from "../words.js";

const GIVEN_UP_BY_NOBODY = "turn";
const nodes = new Nodes();
let mayAct = false;
let changed = async () => {};

/** `done` is called after something was changed. */
export function startWork(isAdmin, done) {
  [mayAct, changed] = [isAdmin, done];
  $("#replay-all").addEventListener("click", () => replay("/operations/jobs/replay", {}));
}

export function showWork(work) {
  $("#work-none").hidden = work.length > 0;
  $("#replay-all").hidden = !mayAct || work.length < 2;
  syncChildren(
    $("#work"),
    work.map((piece) => nodes.of(piece.id, [piece, currentLanguage()], () => workNode(piece))),
  );
}

function workNode(piece) {
  const failure = t("work.tries", { n: piece.tries, failure: piece.last_failure ?? t("work.unknown") });
  const belongs = piece.belongs_to && t("work.belongs", { what: piece.belongs_to });
  return el(
    "li",
    { data: { work: piece.id } },
    el("b", {}, label("work", piece.kind)),
    el("span", { class: "quiet" }, t("operations.since", { time: moment(piece.since) })),
    el("span", { class: "more" }, [failure, belongs].filter(Boolean).join(" · ")),
    mayAct && el("div", { class: "verbs" }, replayButton(piece), giveUpButton(piece)),
  );
}

function replayButton({ id }) {
  const click = () => replay(`/operations/jobs/${encodeURIComponent(id)}/replay`);
  return el("button", { type: "button", class: "button", on: { click } }, icon("retry"), t("work.replay"));
}

function giveUpButton(piece) {
  if (piece.kind === GIVEN_UP_BY_NOBODY) return null;
  return el("button", { type: "button", class: "button quiet", on: { click: () => giveUp(piece) } }, t("work.give-up"));
}

async function replay(path, body) {
  try {
    const { replayed } = await staffCall(path, { method: "POST", body });
    toast(t("work.replayed", { n: replayed.length }));
  } catch (error) {
    toast(sentenceOf(error));
  }
  await changed();
}

async function giveUp({ id, kind }) {
  const reason = { name: "reason", kind: "area", words: t("work.reason"), required: true };
  const perform = (values) =>
    staffCall(`/operations/jobs/${encodeURIComponent(id)}/give-up`, { method: "POST", body: values });
  const title = t("work.give-up.title", { what: label("work", kind) });
  if (await ask({ title, intro: t("work.give-up.intro"), fields: [reason], submit: t("work.give-up"), perform })) await changed();
}
