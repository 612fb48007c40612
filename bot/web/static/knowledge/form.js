/** The editor's form: writes an article's content into it, reads it back, says what is wrong beside its field. */

import { $, el, fillWith } from "../dom.js";
import { label, namesOf, t } from "../words.js";
import { contentOf } from "./content.js";
import { addStep, readSteps, showSteps } from "./steps.js";
import { readTags, showTags, startTags } from "./tags.js";
import { startToolbar } from "./toolbar.js";
import { readVariants, showVariants } from "./variants.js";

const PLAIN = ["question", "answer", "kind", "audience", "team", "category"];
const CHOICES = { language: ["en", "zh"], kind: ["answer", "procedure"], audience: ["public", "agents"] };

const form = () => $("#write");
const control = (name) => form().elements[name];

/** Calls `changed()` on every change that somebody makes. */
export function startForm(changed) {
  startToolbar();
  startTags();
  form().addEventListener("submit", (event) => event.preventDefault());
  form().addEventListener("input", (event) => {
    clearProblem(event.target);
    if (event.target.name === "kind") showKind();
    changed();
  });
  form().addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && event.target.name === "question") event.preventDefault();
    if (event.key === "Escape") $("#card-title").focus();
  });
  $("#add-step").addEventListener("click", () => (addStep().focus(), changed()));
}

/** `isNew`: its language can still be chosen. `known`: `{tags, categories}` to propose. */
export function fillForm(content, { isNew, known }) {
  fillChoices();
  control("language").disabled = !isNew;
  control("language").value = content.language;
  for (const name of PLAIN) setValue(control(name), content[name] ?? "");
  for (const name of ["valid_from", "valid_until", "review_by"]) setMoment(control(name), content[name]);
  showVariants(content.variants);
  showSteps(content.steps);
  showTags(content.tags);
  propose($("#categories"), known.categories);
  propose($("#known-tags"), known.tags);
  setLanguage(content.language);
  showKind();
  showProblems({});
}

export function readForm() {
  return contentOf({
    language: control("language").value,
    ...Object.fromEntries(PLAIN.map((name) => [name, control(name).value])),
    variants: readVariants(),
    tags: readTags(),
    steps: readSteps(),
    valid_from: momentOf(control("valid_from")),
    valid_until: momentOf(control("valid_until")),
    review_by: momentOf(control("review_by")),
  });
}

/** The words of the choices in the page's language; what is chosen stays. */
export function fillChoices() {
  for (const [kind, names] of Object.entries(CHOICES))
    refill(
      control(kind),
      names.map((name) => [name, label(kind, name)]),
    );
  const teams = namesOf("team").map((name) => [name, label("team", name)]);
  refill(control("team"), [["", t("field.team.none")], ...teams]);
}

function refill(select, options) {
  const { value } = select;
  fillWith(select, ...options.map(([name, words]) => el("option", { value: name }, words)));
  if (value) setValue(select, value);
}

/** A team that the shop's policy knows no more is shown all the same. */
function setValue(input, value) {
  if (input.localName === "select" && ![...input.options].some((one) => one.value === value))
    input.append(el("option", { value }, value));
  input.value = value;
}

function propose(list, names = []) {
  fillWith(list, ...names.map((value) => el("option", { value })));
}

/** Seconds that the page does not show are kept while nobody changes the moment. */
function setMoment(input, iso) {
  input.value = iso ? local(iso).slice(0, input.type === "date" ? 10 : 16) : "";
  Object.assign(input.dataset, { iso: iso ?? "", shown: input.value });
}

function momentOf(input) {
  if (input.value === input.dataset.shown) return input.dataset.iso || null;
  const at = new Date(input.type === "date" ? `${input.value}T00:00` : input.value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function local(iso) {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
}

/** So that the browser speaks, spells and sets the words in their language. */
function setLanguage(language) {
  for (const node of [$("#question"), $("#variants"), $("#answer"), $("#steps")]) node.lang = language;
}

function showKind() {
  const isProcedure = control("kind").value === "procedure";
  $("#procedure").hidden = !isProcedure;
  if (isProcedure && !$("#steps").childElementCount) addStep();
}

/** `fields`: the sentence for each field, such as `variants.3`. Brings the first of them into view, with the focus. */
export function showProblems(fields) {
  const sentences = new Map();
  for (const [place, sentence] of Object.entries(fields)) {
    const name = place.split(".")[0];
    sentences.set(name, [...(sentences.get(name) ?? []), sentence]);
  }
  for (const node of form().querySelectorAll("[data-problem]")) {
    node.textContent = (sentences.get(node.dataset.problem) ?? []).join(" ");
    control(node.dataset.problem)?.toggleAttribute?.("aria-invalid", node.textContent !== "");
  }
  const first = [...form().querySelectorAll("[data-problem]")].find((node) => node.textContent);
  const field = first?.closest(".field");
  field?.querySelector("textarea, input, select")?.focus();
  field?.scrollIntoView({ block: "nearest" });
}

function clearProblem(target) {
  const node = target.closest(".field")?.querySelector("[data-problem]");
  if (node) node.textContent = "";
  target.removeAttribute("aria-invalid");
}
