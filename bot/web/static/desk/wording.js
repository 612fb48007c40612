/** Tells of words in a reply that had better not be sent, while it is written. A hint: whoever writes decides. */

import { Away, Refused } from "../api.js";
import { $, el, fillWith } from "../dom.js";
import { staffCall } from "../staff.js";
import { t } from "../words.js";

const PAUSE_MS = 250; // the hint stands there within 0.4 s of the last key, the way to the server and back included
const KINDS = ["hurtful", "overpromise"];

let timer = null;
let asked = 0;
let found = [];

/** Looks at the draft once nothing has been typed for a moment. A blank one clears the hint at once. */
export function watchWording(draft) {
  const turn = ++asked;
  clearTimeout(timer);
  if (draft.trim()) timer = setTimeout(() => look(draft, turn), PAUSE_MS);
  else tell([]);
}

async function look(text, turn) {
  const items = await doubtsIn(text);
  if (turn === asked) tell(items);
}

async function doubtsIn(text) {
  try {
    return (await staffCall("/desk/wording", { method: "POST", body: { text } })).items;
  } catch (error) {
    if (error instanceof Away || error instanceof Refused) return []; // the reply itself will say what is wrong
    throw error;
  }
}

function tell(items) {
  found = items;
  rewordWording();
}

export function rewordWording() {
  const lines = KINDS.map((kind) => [kind, wordsOf(kind)]).filter(([, words]) => words);
  fillWith($("#wording"), ...lines.map(([kind, words]) => el("span", {}, t(`desk.wording.${kind}`, { words }))));
}

const wordsOf = (kind) => [...new Set(found.filter((one) => one.kind === kind).map((one) => one.words))].join(" · ");
