/** A line of the list. */

import { el, icon } from "../dom.js";
import { label, moment, t } from "../words.js";

export const rowOf = (item, box) => (box.name === "use" ? usedRow(item) : clusterRow(item, box));

function clusterRow(item, box) {
  return [
    el(
      "span",
      { class: "top" },
      el("span", { class: "people" }, icon("person"), t("count.people", { n: item.people })),
      trend(item.trend),
      el("span", { class: "end" }, moment(item.last_at)),
    ),
    el("span", { class: "what", lang: langOf(item) }, item.name),
    el("span", { class: "foot" }, el("span", {}, footOf(item, box)), item.assignee && el("span", { class: "end" }, item.assignee.name)),
  ];
}

function footOf(item, box) {
  const more = box.name === "wishes" && item.department && label("department", item.department);
  return [t("count.messages", { n: item.messages }), label("language", item.language), more].filter(Boolean).join(" · ");
}

/** Whether it is asked more often than in the week before. */
export function trend({ last_7, before_7 }) {
  if (last_7 <= before_7) return null;
  return el("span", { class: "rising", title: t("inbox.trend.more", { now: last_7, before: before_7 }) }, icon("arrow-up"), `+${last_7 - before_7}`);
}

function usedRow(item) {
  const bad = item.not_helped + item.handoffs;
  return [
    el(
      "span",
      { class: "top" },
      el("span", { class: "people" }, t("inbox.shown", { n: item.shown })),
      bad > 0 && el("span", { class: "rising" }, icon("down"), String(bad)),
      item.last_used_at && el("span", { class: "end" }, moment(item.last_used_at)),
    ),
    el("span", { class: "what", lang: langOf(item) }, item.question),
    el("span", { class: "foot" }, el("span", {}, [label("language", item.language), label("article.status", item.status)].join(" · "))),
  ];
}

export const langOf = ({ language }) => (language === "zh" ? "zh-Hans" : language);
