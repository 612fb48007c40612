/** The head of the open article: what it is, who changed it last, what can be done with it, what is kept. */

import { $, el, fillWith, show } from "../dom.js";
import { clock, currentLanguage, label, moment, stamp, t } from "../words.js";
import { statusBadge } from "./row.js";
import { verbButton, verbsFor } from "./verbs.js";

export function showHead({ sheet, content, dirty, writes, run }) {
  const { article } = sheet;
  const verbs = writes ? verbsFor(sheet, dirty) : [];
  show(
    $("#standing"),
    [article?.status, content.language, content.kind, content.audience, dirty, currentLanguage()],
    () => [
      article ? statusBadge(article.status) : el("span", { class: "badge draft" }, t("knowledge.unsaved")),
      el("span", {}, label("language", content.language)),
      content.kind === "procedure" && el("span", {}, label("kind", "procedure")),
      content.audience === "agents" && el("span", {}, label("audience", "agents")),
      article && dirty && el("span", { class: "badge high" }, t("knowledge.changed")),
    ],
  );
  $("#card-title").textContent = content.question || t("knowledge.untitled");
  $("#card-title").lang = content.language;
  show($("#by"), [article?.version, article?.updated_at, article?.updated_by, currentLanguage()], () =>
    article ? byline(article) : [],
  );
  show($("#verbs"), [sheet.key, verbs.map(({ name }) => name), currentLanguage()], () =>
    verbs.map((verb) => verbButton(verb, () => run(verb.name))),
  );
}

function byline({ version, updated_at, updated_by }) {
  const words = t("article.changed", { n: version, time: moment(updated_at) });
  return [
    el("time", { datetime: updated_at, title: stamp(updated_at) }, words),
    updated_by && el("span", { "aria-hidden": "true" }, "·"),
    updated_by && el("span", {}, updated_by.name),
  ].filter(Boolean);
}

/** `state`: as the autosave tells it. */
export function showKept(state, at) {
  const place = $("#kept");
  place.dataset.state = state;
  const words = {
    saved: () => t("kept.saved", { time: clock(at) }),
    away: () => t("kept.away"),
    refused: () => t("kept.refused"),
  };
  fillWith(place, words[state]?.() ?? (state === "saving" ? place.textContent : ""));
}
