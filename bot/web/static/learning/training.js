/** What the last compared training changed: each held set's figures before and after. */

import { $, el, show } from "../dom.js";
import { currentLanguage, label, stamp, t } from "../words.js";

export function showTraining(training) {
  $("#training").hidden = !training;
  if (!training) return;
  $("#training-line").textContent = t("training.line", { time: stamp(training.at), n: training.examples });
  show($("#figures"), [training, currentLanguage()], () => [head(), el("tbody", {}, ...rowsOf(training))]);
}

const head = () =>
  el(
    "thead",
    {},
    el("tr", {}, ...["set", "before", "after"].map((name) => el("th", { scope: "col" }, t(`training.${name}`)))),
  );

const rowsOf = ({ figures }) =>
  Object.entries(figures).map(([set, { before, after }]) =>
    el("tr", {}, el("th", { scope: "row" }, label("held", set)), el("td", {}, shareOf(before)), el("td", {}, shareOf(after))),
  );

/** `{right, of}` as "412 of 480 (86 %)". */
function shareOf(figure) {
  if (!figure) return t("training.none");
  return t("training.share", { ...figure, percent: Math.round((100 * figure.right) / figure.of) });
}
