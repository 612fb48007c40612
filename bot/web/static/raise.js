/** Raises a warning by hand: from the list of alerts, or from a ticket, whose conversation is then its evidence. */

import { ask, optionsOf } from "./dialog.js";
import { staffCall } from "./staff.js";
import { namesOf, t } from "./words.js";

/** `topic` is proposed, where one is known. Calls `done(alert)` with the new alert. */
export async function raise(done, { topic, conversation_ids = [] } = {}) {
  let raised = null;
  const perform = async (values) => {
    raised = await staffCall("/alerts", { method: "POST", body: { ...values, conversation_ids } });
  };
  const fields = [
    {
      name: "topic",
      kind: "select",
      words: t("raise.topic"),
      options: optionsOf("topic", namesOf("topic")),
      value: topic,
      required: true,
    },
    { name: "note", kind: "area", words: t("raise.note"), required: true },
  ];
  const submit = t("verb.raise");
  if (await ask({ title: t("verb.raise.title"), intro: t("verb.raise.intro"), fields, submit, perform })) done(raised);
}
