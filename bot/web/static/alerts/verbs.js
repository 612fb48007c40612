/** What a supervisor decides on a warning. */

import { ask, optionsOf } from "../dialog.js";
import { staffCall } from "../staff.js";
import { label, namesOf, t } from "../words.js";

const LEVELS = ["advisory", "potential", "crisis"];
const KINDS = ["not_a_complaint", "wrong_topic", "known", "other"];

const DECIDES = ["supervisor", "admin"];

/** Only a warning still waits for a decision, and only a supervisor gives it. */
export function verbsFor(alert, me) {
  if (alert.phase !== "warning" || !DECIDES.some((role) => me.roles.includes(role))) return [];
  return [
    { name: "confirm", icon: "warning", main: true, run: confirm },
    { name: "pass-on", icon: "out", run: passOn },
    { name: "dismiss", icon: "close", run: dismiss },
  ];
}

function confirm(alert, done) {
  const levels = LEVELS.map((value) => ({ value, words: label("level", value), more: t(`level.${value}.more`) }));
  return asked(alert, "confirm", done, [
    { name: "level", kind: "choice", words: t("confirm.level"), options: levels, required: true },
    { name: "note", kind: "area", words: t("confirm.note") },
  ]);
}

function passOn(alert, done) {
  const departments = [
    ...new Set([...(alert.departments ?? []).map((one) => one.department), ...namesOf("department")]),
  ];
  return asked(alert, "pass-on", done, [
    {
      name: "department",
      kind: "select",
      words: t("pass-on.department"),
      options: optionsOf("department", departments),
      required: true,
    },
    { name: "note", kind: "area", words: t("pass-on.note"), required: true },
  ]);
}

function dismiss(alert, done) {
  return asked(alert, "dismiss", done, [
    { name: "kind", kind: "choice", words: t("dismiss.kind"), options: optionsOf("dismissal", KINDS), required: true },
    { name: "reason", kind: "area", words: t("dismiss.reason"), required: true },
  ]);
}

async function asked(alert, verb, done, fields) {
  const title = t(`verb.${verb}.title`, { topic: label("topic", alert.topic) });
  const perform = (values) => staffCall(`/alerts/${alert.id}/${verb}`, { method: "POST", body: values });
  if (await ask({ title, intro: t(`verb.${verb}.intro`), fields, submit: t(`verb.${verb}`), perform })) await done();
}
