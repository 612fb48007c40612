/** The conversation that a question stands in, in a dialog: what was said before it and after. */

import { el } from "../dom.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { label, moment, stamp, t } from "../words.js";

export async function showConversation({ conversation_id, seq }) {
  try {
    const around = seq ? `?seq=${seq}` : "";
    const found = await staffCall(`/knowledge/conversations/${encodeURIComponent(conversation_id)}${around}`);
    open(found.messages, seq);
  } catch (error) {
    toast(sentenceOf(error));
  }
}

function open(messages, seq) {
  const shut = el("button", { type: "button", class: "button main", on: { click: () => dialog.close() } }, t("close"));
  const list = el("ol", { class: "talk", tabindex: 0, "aria-labelledby": "dialog-title" }, ...messages.map((one) => line(one, seq)));
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, t("inbox.conversation")),
    list,
    el("div", { class: "verbs" }, shut),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
}

function line(one, seq) {
  return el(
    "li",
    { class: one.author, "aria-current": one.seq === seq && "true" },
    el("p", { class: "where" }, label("inbox.author", one.author), " · ", el("time", { datetime: one.at, title: stamp(one.at) }, moment(one.at))),
    el("p", { class: "words" }, one.text),
  );
}
