/** What stands beside the form: the preview, what the bot would say, the other language, the versions, the use. */

import { $, el, fillWith } from "../dom.js";
import { keep, kept } from "../keep.js";
import { label, t } from "../words.js";
import { showPreview } from "./preview.js";
import { otherLanguage } from "./sheet.js";
import { showTranslation } from "./translation.js";
import { showTrying } from "./trying.js";
import { showUse } from "./use.js";
import { showVersions } from "./versions.js";

const PANES = {
  preview: showPreview,
  trying: showTrying,
  translation: showTranslation,
  versions: showVersions,
  use: showUse,
};
const ONE_COLUMN = matchMedia("(max-width: 72rem)");

let chosen = kept("knowledge-pane", "sessionStorage") ?? "preview";
let shown = null;

/** `writes`: whether there is a form, which on a narrow page is a choice of its own. */
export function startPanes(writes) {
  ONE_COLUMN.addEventListener("change", () => shown && showPanes({ ...shown, writes }));
}

/** Shows the chosen pane for `sheet` and what is written now; `on`: what a pane tells the page. */
export function showPanes({ sheet, content, on, writes }) {
  shown = { sheet, content, on, writes };
  const names = namesFor(sheet, writes);
  const name = names.includes(chosen) ? chosen : names[0];
  $("#work").dataset.pane = name;
  drawButtons(names, name, content);
  $("#pane").setAttribute("aria-label", wordsOf(name, content));
  if (PANES[name]) PANES[name]($("#pane"), { sheet, content, on, writes });
}

/** Only the preview follows every key; the other panes are drawn when they are chosen, or the article is another. */
export function panesFollow(content) {
  shown = { ...shown, content };
  if ($("#work").dataset.pane === "preview") showPreview($("#pane"), shown);
  if ($("#work").dataset.pane === "trying") showTrying($("#pane"), shown);
}

export function choosePane(name) {
  chosen = name;
  keep("knowledge-pane", name, "sessionStorage");
  if (shown) showPanes(shown);
}

function namesFor({ article }, writes) {
  return [
    writes && ONE_COLUMN.matches && "write",
    "preview",
    writes && "trying",
    "translation",
    article && "versions",
    article && "use",
  ].filter(Boolean);
}

const wordsOf = (name, content) =>
  name === "translation" ? label("language", otherLanguage(content.language)) : t(`pane.${name}`);

function drawButtons(names, current, content) {
  const focused = document.activeElement?.dataset.pane;
  const button = (name) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(name === current),
        data: { pane: name },
        on: { click: () => choosePane(name) },
      },
      wordsOf(name, content),
    );
  fillWith($("#panes"), ...names.map(button));
  if (focused) $(`#panes [data-pane="${focused}"]`)?.focus();
}
