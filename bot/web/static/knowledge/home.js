/** What waits for an editor while no article is open: what they began, what is due, what lacks a translation. */

import { el, icon, show } from "../dom.js";
import { addressOf } from "../rows.js";
import { staffCall } from "../staff.js";
import { currentLanguage, dayOf, moment, t } from "../words.js";

const MOST = 6;

export const fetchReminders = () => staffCall("/knowledge/reminders");

/** `narrowed`: the counts are of a part of the articles alone, and say nothing of what is missing in all. */
export function showHome(place, { drafts, reminders, counts, narrowed }) {
  const missing = narrowed ? [] : ["en", "zh"].filter((language) => counts.untranslated[language] > 0);
  const parts = [
    drafts.length > 0 && part("home.drafts", drafts.slice(0, MOST).map(draftLine)),
    reminders.length > 0 && part("home.due", reminders.slice(0, MOST).map(dueLine)),
    missing.length > 0 &&
      part(
        "home.missing",
        missing.map((language) => listLine(`untranslated=${language}`, "article", t(`untranslated.${language}`), counts.untranslated[language])),
      ),
    !narrowed && counts.broken > 0 && part("home.broken", [listLine("broken=true", "link", t("home.links"), counts.broken)]),
  ].filter(Boolean);
  place.hidden = !parts.length;
  show(place, [drafts, reminders, counts.untranslated, counts.broken, narrowed, currentLanguage()], () => parts);
}

const part = (words, lines) => el("section", {}, el("h2", {}, t(words)), el("ul", {}, ...lines));

function line(href, mark, words, more, late = false) {
  return el(
    "li",
    {},
    el("a", { href }, icon(mark), el("span", {}, words), el("small", { class: late && "late" }, more)),
  );
}

const draftLine = ({ key, content, at }) =>
  line(addressOf(key), "note", content.question || t("knowledge.untitled"), moment(at));

const dueLine = ({ id, question, due, due_at }) =>
  line(addressOf(id), "clock", question, t(`home.due.${due}`, { day: dayOf(due_at) }), Date.parse(due_at) < Date.now());

/** A part of the list, and how many articles it has. */
const listLine = (query, mark, words, n) => line(addressOf("", query), mark, words, t("knowledge.count", { n }));
