/** Tags as chips. Enter or a comma makes one; Backspace in the empty line takes the last one back to change it. */

import { $, el, fillWith, icon } from "../dom.js";
import { t } from "../words.js";
import { changed } from "./putback.js";

const BETWEEN = /[,，;；、\n]/;

export function startTags() {
  const line = $("#tag");
  line.addEventListener("keydown", pressed);
  line.addEventListener("input", (event) => {
    if (event.inputType === "insertReplacementText" || BETWEEN.test(line.value)) take();
  });
  line.addEventListener("blur", take);
}

/** What stands in the line counts as well: nobody presses Enter before they save. */
export const readTags = () => [...shown(), ...split($("#tag").value)];

const shown = () => [...$("#tags").children].map((chip) => chip.dataset.tag);
const split = (text) =>
  text
    .split(BETWEEN)
    .map((one) => one.trim().replace(/^#/, ""))
    .filter(Boolean);

export function showTags(tags) {
  $("#tag").value = "";
  fillWith($("#tags"), ...[...new Set(tags)].map(chip));
}

function take() {
  const fresh = split($("#tag").value);
  if (!fresh.length) return;
  showTags([...shown(), ...fresh]);
  changed($("#tags"));
}

function chip(tag) {
  const remove = el("button", { type: "button", on: { click: () => drop(tag) } }, icon("close"));
  remove.setAttribute("aria-label", t("field.tags.remove", { tag }));
  return el("li", { class: "badge", data: { tag } }, tag, remove);
}

function drop(tag) {
  showTags(shown().filter((one) => one !== tag));
  changed($("#tags"));
  $("#tag").focus();
}

function pressed(event) {
  if (event.isComposing) return;
  if (event.key === "Enter" && $("#tag").value.trim()) {
    event.preventDefault();
    take();
  } else if (event.key === "Enter") event.preventDefault();
  if (event.key === "Backspace" && !$("#tag").value && shown().length) {
    event.preventDefault();
    const last = shown().at(-1);
    showTags(shown().slice(0, -1));
    $("#tag").value = last;
    changed($("#tags"));
  }
}
