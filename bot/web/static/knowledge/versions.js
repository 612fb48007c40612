/** Every version there ever was, what changed between two of them, and the way back. */

import { el, fillWith, icon } from "../dom.js";
import { sentenceOf, staffCall } from "../staff.js";
import { currentLanguage, label, moment, stamp, t } from "../words.js";
import { statusBadge } from "./row.js";
import { pathOf, versionsOf } from "./sheet.js";

let turn = 0;

export async function showVersions(place, { sheet, on, writes }) {
  const mine = ++turn;
  const shows = [sheet.key, sheet.article.version, writes, currentLanguage()].join();
  if (place.firstElementChild?.dataset.versions === shows) return;
  fillWith(place, el("p", { class: "quiet" }, t("checks.under-way")));
  try {
    const versions = (await versionsOf(sheet.key)).reverse();
    if (mine !== turn || place.closest("#work").dataset.pane !== "versions") return;
    const list = el("ol", { class: "versions", data: { versions: shows } });
    fillWith(list, ...versions.map((version, at) => versionNode(version, { at, versions, sheet, on, writes })));
    fillWith(place, list);
  } catch (error) {
    if (mine === turn) fillWith(place, el("p", { class: "error" }, sentenceOf(error)));
  }
}

function versionNode(version, { at, versions, sheet, on, writes }) {
  const before = versions[at + 1];
  const changes = el("div", { class: "changes", id: `changes-${version.version}`, hidden: true });
  const verb = (words, press, more = {}) =>
    el("button", { type: "button", class: "button", on: { click: press }, ...more }, words);
  const compare = (words, from, to) =>
    before || from !== version.version
      ? verb(words, (event) => toggle(event.currentTarget, changes, { key: sheet.key, from, to }), {
          "aria-expanded": "false",
          "aria-controls": changes.id,
        })
      : null;
  return el(
    "li",
    {},
    el(
      "p",
      { class: "line" },
      el("b", { class: "figure" }, t("version", { n: version.version })),
      statusBadge(version.status),
      el("time", { datetime: version.at, title: stamp(version.at) }, moment(version.at)),
      version.by && el("span", {}, version.by.name),
    ),
    el(
      "div",
      { class: "verbs" },
      before && compare(t("version.changes"), before.version, version.version),
      at > 0 && compare(t("version.to-now"), version.version, versions[0].version),
      at > 0 && writes && verb(t("verb.restore"), () => on.restore(version.version)),
    ),
    changes,
  );
}

/** Shows what changed, or hides it where the same is asked for again. */
async function toggle(button, place, { key, from, to }) {
  const pressed = button.getAttribute("aria-expanded") === "true";
  for (const other of button.parentElement.querySelectorAll("[aria-expanded]"))
    other.setAttribute("aria-expanded", "false");
  place.hidden = pressed;
  if (pressed) return;
  button.setAttribute("aria-expanded", "true");
  try {
    const { fields } = await staffCall(`${pathOf(key, "compare")}?from=${from}&to=${to}`);
    fillWith(
      place,
      ...(fields.length ? fields.map(fieldNode) : [el("p", { class: "quiet" }, t("version.only-status"))]),
    );
  } catch (error) {
    fillWith(place, el("p", { class: "error" }, sentenceOf(error)));
  }
}

const TAGS = { same: "span", gone: "del", new: "ins" };
const LISTS = ["variants", "tags", "steps"];
const NAMED = { status: "article.status", kind: "kind", audience: "audience", team: "team", language: "language" };

/** A list's entries stand each on a line of its own. */
function fieldNode({ field, parts }) {
  const words = (text) => (NAMED[field] && text ? label(NAMED[field], text) : text);
  const part = ({ op, text }) => el(TAGS[op], { class: LISTS.includes(field) && "line" }, words(text));
  return el("section", {}, el("h3", {}, t(`field.${field}`)), el("p", { class: "compared" }, ...parts.map(part)));
}
