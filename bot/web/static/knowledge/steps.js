/** The steps of a procedure: what to do, which team, within how long, and what the customer is told meanwhile. */

import { $, el, fillWith, icon } from "../dom.js";
import { label, namesOf, t } from "../words.js";
import { changed, offerBack, withdrawOffer } from "./putback.js";

const list = () => $("#steps");
const LONGEST_MINUTES = 525_600;

export const readSteps = () => [...list().children].map(read);

export function showSteps(steps) {
  withdrawOffer(list());
  fillWith(list(), ...steps.map(stepNode));
  number();
}

/** The empty step that a procedure begins with. */
export function addStep() {
  const node = stepNode({ text: "" });
  list().append(node);
  number();
  return node.querySelector("textarea");
}

function read(node) {
  const value = (name) => node.querySelector(`[data-part="${name}"]`).value;
  const minutes = Number.parseInt(value("minutes"), 10);
  return {
    text: value("text"),
    team: value("team"),
    minutes: minutes > 0 ? minutes : null,
    sentence: value("sentence"),
  };
}

function stepNode(step) {
  const text = part("textarea", "text", step.text, { rows: 2, maxlength: 2_000 });
  const sentence = part("textarea", "sentence", step.sentence, { rows: 1, maxlength: 1_000 });
  const minutes = part("input", "minutes", step.minutes, { type: "number", min: 1, max: LONGEST_MINUTES });
  const node = el(
    "li",
    {},
    el("div", { class: "step-body" }, text, el("div", { class: "pair" }, teamPart(step.team), minutes), sentence),
  );
  node.append(el("div", { class: "step-verbs" }, mover(node, "up", -1), mover(node, "down", 1), remover(node)));
  return node;
}

function part(tag, name, value, more) {
  const control = el(tag, { class: "input", data: { part: name }, ...more });
  control.value = value ?? "";
  return labelled(name, control);
}

function teamPart(team) {
  const names = [...new Set([...namesOf("team"), ...(team ? [team] : [])])];
  const option = (value, words) => el("option", { value, selected: value === (team ?? "") }, words);
  const options = [option("", t("step.anybody")), ...names.map((name) => option(name, label("team", name)))];
  return labelled("team", el("select", { class: "input", data: { part: "team" } }, ...options));
}

const labelled = (name, control) =>
  el("label", { class: "field" }, el("span", { data: { words: `step.${name}` } }, t(`step.${name}`)), control);

function button(name, press) {
  const shape = {
    type: "button",
    class: "button quiet square",
    data: { wordsLabel: `step.${name}` },
    on: { click: press },
  };
  const made = el("button", shape, icon(name === "remove" ? "close" : `arrow-${name}`));
  made.setAttribute("aria-label", t(`step.${name}`));
  return made;
}

function mover(node, name, by) {
  const press = (event) => {
    const target = by < 0 ? node.previousElementSibling : node.nextElementSibling?.nextElementSibling;
    if (by < 0 ? target : node.nextElementSibling) list().insertBefore(node, target ?? null);
    number();
    changed(list());
    const [up, down] = node.querySelectorAll(".step-verbs button");
    [event.currentTarget, up, down].find((one) => !one.disabled)?.focus();
  };
  return button(name, press);
}

function remover(node) {
  return button("remove", () => {
    const place = [...list().children].indexOf(node);
    node.remove();
    number();
    changed(list());
    (
      list().children[Math.min(place, list().childElementCount - 1)]?.querySelector("textarea") ?? $("#add-step")
    ).focus();
    offerBack(list(), read(node).text || t("step.empty"), () => {
      list().insertBefore(node, list().children[place]);
      number();
      changed(list());
      return node.querySelector("textarea");
    });
  });
}

function number() {
  for (const [place, node] of [...list().children].entries()) {
    node.setAttribute("aria-label", t("step", { n: place + 1 }));
    const [up, down] = node.querySelectorAll(".step-verbs button");
    up.disabled = place === 0;
    down.disabled = place === list().childElementCount - 1;
  }
}
