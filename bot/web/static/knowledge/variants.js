/** Other ways to ask, one a line. The last line is always free; what is pasted over several lines becomes several. */

import { $, announce, el, fillWith, icon } from "../dom.js";
import { t } from "../words.js";
import { changed, offerBack, withdrawOffer } from "./putback.js";

const MOST = 200;
const MARK = /^\s*(?:[-*•·]|\d{1,3}[.、)])\s+/;

const list = () => $("#variants");
const inputs = () => [...list().querySelectorAll("input")];

export const readVariants = () => inputs().map((input) => input.value);

export function showVariants(variants) {
  withdrawOffer(list());
  fillWith(list(), ...variants.map(line), line(""));
}

function line(value) {
  const on = { input: keepFree, keydown: pressed, paste: pasted };
  const input = el("input", { class: "input", maxlength: 500, data: { wordsLabel: "field.variant" }, on });
  input.setAttribute("aria-label", t("field.variant"));
  input.placeholder = value ? "" : t("field.variant");
  input.value = value;
  const remove = el(
    "button",
    { type: "button", class: "button quiet square", on: { click: () => take(input) } },
    icon("close"),
  );
  remove.setAttribute("aria-label", t("field.variant.remove"));
  remove.dataset.wordsLabel = "field.variant.remove";
  return el("li", {}, input, remove);
}

function keepFree() {
  const last = inputs().at(-1);
  if (last.value && inputs().length < MOST) list().append(line(""));
}

function pressed(event) {
  if (event.isComposing) return;
  const place = inputs().indexOf(event.target);
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (event.target.value && inputs()[place + 1]?.value) event.target.parentElement.after(line(""));
    (inputs()[place + 1] ?? event.target).focus();
  }
  if (event.key === "Backspace" && !event.target.value && place > 0) {
    event.preventDefault();
    if (place < inputs().length - 1) event.target.parentElement.remove();
    inputs()[place - 1].focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) inputs()[place + step]?.focus();
}

function pasted(event) {
  const lines = event.clipboardData.getData("text").split(/\r?\n/);
  const asked = lines.map((one) => one.replace(MARK, "").trim().slice(0, 500)).filter(Boolean);
  if (asked.length < 2) return;
  event.preventDefault();
  const fits = asked.slice(0, MOST - inputs().filter((input) => input.value).length);
  const [first, ...others] = event.target.value ? [event.target.value, ...fits] : fits;
  event.target.value = first ?? "";
  event.target.parentElement.after(...others.map(line));
  keepFree();
  changed(list());
  inputs().at(-1).focus();
  announce(t("field.variants.pasted", { n: fits.length }));
}

/** The focus goes to the line that moves up. */
function take(input) {
  const place = inputs().indexOf(input);
  const { value } = input;
  if (place < inputs().length - 1) input.parentElement.remove();
  else input.value = "";
  inputs()[place].focus();
  changed(list());
  if (!value) return;
  offerBack(list(), value, () => {
    const back = line(value);
    list().insertBefore(back, list().children[place]);
    changed(list());
    return back.firstElementChild;
  });
}
