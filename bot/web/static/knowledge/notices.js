/** What an editor should know before they write on: what was restored, who else is writing, what is newer or behind. */

import { el, icon, show } from "../dom.js";
import { currentLanguage, label, moment, t } from "../words.js";

const PANES = ["translation", "preview"];

/** `on`: `discard`, `compare`, `choose(pane)`. */
export function showNotices(place, { sheet, latest, me, on, writes }) {
  const notices = noticesFor(sheet, latest ?? sheet.article, me, writes);
  show(place, [notices, currentLanguage()], () => notices.map((notice) => noticeNode(notice, on)));
}

function noticesFor(sheet, article, me, writes) {
  if (!article) return sheet.draftAt ? [{ words: t("notice.begun", { time: moment(sheet.draftAt) }) }] : [];
  const others = (article.drafts ?? []).filter(({ by }) => by.id !== me.id);
  const newer = writes && article.version > sheet.basedOn;
  return [
    newer && {
      words: t("notice.newer", {
        name: article.updated_by?.name ?? t("somebody"),
        n: article.version,
        time: moment(article.updated_at),
      }),
      act: "compare",
      loud: true,
    },
    !newer && sheet.draftAt && { words: t("notice.restored", { time: moment(sheet.draftAt) }), act: "discard" },
    ...others.map(({ by, at }) => ({ words: t("notice.other", { name: by.name, time: moment(at) }), loud: true })),
    ...(writes ? behind(article) : []),
    linksNotice(article.broken_links),
    forceWords(article) && { words: forceWords(article) },
  ].filter(Boolean);
}

function linksNotice(broken) {
  if (!broken.length) return null;
  return { words: t("notice.links", { n: broken.length, urls: broken.join(t("comma")) }), act: "preview" };
}

function behind(article) {
  const other = article.translations?.find((one) => one.language !== article.language);
  const language = label("language", other?.language);
  return [
    article.behind && other && { words: t("notice.behind", { language }), act: "translation" },
    other?.behind && { words: t("notice.ahead", { language }), act: "translation" },
  ];
}

/** Why nobody is answered with an article that is published, or that it is past the day to look at it again. */
function forceWords(article) {
  const past = (at) => at && Date.parse(at) <= Date.now();
  if (article.status === "archived") return t("notice.archived");
  if (article.status !== "published") return null;
  if (article.valid_until && past(article.valid_until)) return t("notice.over", { time: moment(article.valid_until) });
  if (article.valid_from && !past(article.valid_from)) return t("notice.later", { time: moment(article.valid_from) });
  return past(article.review_by) ? t("notice.review", { time: moment(article.review_by) }) : null;
}

function noticeNode({ words, act, loud }, on) {
  const press = PANES.includes(act) ? () => on.choose(act) : on[act];
  return el(
    "div",
    { class: loud ? "notice loud" : "notice" },
    icon(loud ? "warning" : "note"),
    el("p", {}, words),
    act && el("button", { type: "button", class: "button", on: { click: press } }, t(`notice.do.${act}`)),
  );
}
