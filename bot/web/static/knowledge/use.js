/** How an article is used: how often it was shown, whether it helped, and what those wrote whom it did not. */

import { el, fillWith, icon } from "../dom.js";
import { sentenceOf, staffCall } from "../staff.js";
import { moment, t } from "../words.js";
import { pathOf } from "./sheet.js";

const FIGURES = ["shown", "people", "helped", "not_helped", "handoffs"];
let turn = 0;

export async function showUse(place, { sheet }) {
  const mine = ++turn;
  fillWith(place, el("p", { class: "quiet" }, t("checks.under-way")));
  try {
    const use = await staffCall(pathOf(sheet.key, "use"));
    if (mine === turn && place.closest("#work").dataset.pane === "use") fillWith(place, ...drawn(use));
  } catch (error) {
    if (mine === turn) fillWith(place, el("p", { class: "error" }, sentenceOf(error)));
  }
}

function drawn(use) {
  if (!use.shown) return [el("div", { class: "nothing" }, icon("clock"), el("p", {}, t("use.never", { n: use.days })))];
  const figure = (name) =>
    el("div", {}, el("dt", {}, t(`use.${name}`)), el("dd", { class: "figure" }, String(use[name])));
  return [
    el(
      "p",
      { class: "quiet" },
      t("use.days", { n: use.days }),
      " ",
      use.last_used_at && t("use.last", { time: moment(use.last_used_at) }),
    ),
    el("dl", { class: "uses" }, ...FIGURES.map(figure)),
    use.reasons.length > 0 &&
      el("section", {}, el("h2", {}, t("use.reasons")), el("ul", { class: "quotes" }, ...use.reasons.map(reasonNode))),
  ].filter(Boolean);
}

const reasonNode = ({ reason, at }) => el("li", {}, el("blockquote", {}, reason), el("small", {}, moment(at)));
