/** The buttons above the answer. One stop for Tab; the arrow keys go from button to button. */

import { $, el, fillWith, icon } from "../dom.js";
import { t } from "../words.js";
import { startImages } from "./images.js";
import { begin, block, continueList, link, wrap } from "./markdown.js";

const NUMBER = /^\d{1,3}[.)]\s+/;
const BULLET = /^[-*+]\s+/;
const HEADING = /^#{1,6}\s+/;
const QUOTE = /^>\s?/;

const area = () => $("#answer");

const ACTIONS = {
  bold: () => wrap(area(), "**", t("toolbar.words")),
  italic: () => wrap(area(), "*", t("toolbar.words")),
  heading: () => begin(area(), HEADING, () => "### "),
  link: () => link(area(), t("toolbar.words")),
  bullets: () => begin(area(), BULLET, () => "- "),
  numbers: () => begin(area(), NUMBER, (place) => `${place + 1}. `),
  quote: () => begin(area(), QUOTE, () => "> "),
  table: () => block(area(), tableOf(t("toolbar.column")), `${t("toolbar.column")} 1`),
};
const KEYS = { b: "bold", i: "italic", k: "link" };

const tableOf = (column) => `| ${column} 1 | ${column} 2 |\n|---|---|\n|  |  |\n|  |  |`;

export function startToolbar() {
  const pictures = startImages(area());
  const buttons = Object.entries({ ...ACTIONS, image: pictures }).map(([name, act], place) => button(name, act, place));
  fillWith($("#toolbar"), ...buttons);
  $("#toolbar").addEventListener("keydown", (event) => rove(event, buttons));
  area().addEventListener("keydown", pressed);
}

function button(name, act, place) {
  const data = { wordsLabel: `toolbar.${name}`, wordsTitle: `toolbar.${name}` };
  const shape = { type: "button", tabindex: place ? -1 : 0, data, on: { click: act } };
  const made = el("button", shape, icon(name));
  for (const attribute of ["aria-label", "title"]) made.setAttribute(attribute, t(`toolbar.${name}`));
  return made;
}

function rove(event, buttons) {
  const place = buttons.indexOf(document.activeElement);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined || !buttons[next]) return;
  event.preventDefault();
  for (const one of buttons) one.tabIndex = one === buttons[next] ? 0 : -1;
  buttons[next].focus();
}

function pressed(event) {
  if (event.isComposing) return;
  const held = event.ctrlKey || event.metaKey;
  const name = held && !event.shiftKey && !event.altKey && KEYS[event.key.toLowerCase()];
  if (name) {
    event.preventDefault();
    ACTIONS[name]();
  } else if (event.key === "Enter" && !held && !event.shiftKey && continueList(area())) event.preventDefault();
}
