/** Asks for a few values before something is done; what the server refuses is said in the dialog, and nothing is lost. */

import { el } from "./dom.js";
import { sentenceOf } from "./staff.js";
import { label, t } from "./words.js";

/**
 * `fields`: `{name, words, kind: "line"|"area"|"select"|"choice"|"moment", options?: [{value, words}], value?, required?, suggestions?}`;
 * `value` is the option chosen beforehand.
 * `more`: an element below the intro. `perform(values)` does it; the dialog closes when it has succeeded. Resolves to
 * whether it was done.
 */
export function ask({ title, intro, more, fields = [], submit, perform }) {
  return new Promise((resolve) => {
    const problem = el("p", { class: "error", role: "alert" });
    const send = el("button", { type: "submit", class: "button main" }, submit);
    const cancel = el(
      "button",
      { type: "button", class: "button quiet", on: { click: () => dialog.close() } },
      t("dialog.cancel"),
    );
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "dialog-title" }, title),
      intro && el("p", { class: "intro" }, intro),
      more,
      ...fields.map(field),
      problem,
      el("div", { class: "verbs" }, cancel, send),
    );
    const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, form);
    let done = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      problem.textContent = "";
      try {
        await perform(valuesOf(form));
        done = true;
        dialog.close();
      } catch (error) {
        problem.textContent = sentenceOf(error);
      } finally {
        send.disabled = false;
      }
    });
    dialog.addEventListener("close", () => (dialog.remove(), resolve(done)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function valuesOf(form) {
  const entries = [...new FormData(form)].map(([name, value]) => [name, valueOf(form.elements[name], value.trim())]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

function valueOf(control, value) {
  return control.type === "datetime-local" && value ? new Date(value).toISOString() : value;
}

function field(spec) {
  return spec.kind === "choice"
    ? choice(spec)
    : el("label", { class: "field" }, el("span", {}, spec.words), control(spec), suggestions(spec));
}

function control({ name, kind, options = [], value, required, suggestions: listed }) {
  const common = { class: "input", name, required };
  if (kind === "area") return el("textarea", { ...common, rows: 4 });
  if (kind === "moment") return el("input", { ...common, type: "datetime-local" });
  if (kind === "select") return el("select", common, required && unchosen(), ...options.map((one) => option(one, value)));
  return el("input", { ...common, type: "text", list: listed && `${name}-list`, autocomplete: "off" });
}

const option = ({ value, words }, chosen) => el("option", { value, selected: value === chosen }, words);

/** What must be chosen is not chosen beforehand. */
const unchosen = () => el("option", { value: "" }, t("dialog.choose"));

function suggestions({ name, suggestions: listed }) {
  return listed && el("datalist", { id: `${name}-list` }, ...listed.map((value) => el("option", { value })));
}

function choice({ name, words, options, required }) {
  const one = ({ value, words: text, more }) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type: "radio", name, value, required }),
      el("span", {}, el("b", {}, text), more && el("small", {}, more)),
    );
  return el("fieldset", { class: "field" }, el("legend", {}, words), ...options.map(one));
}

/** Options from the page's words of a kind. */
export const optionsOf = (kind, names) => names.map((value) => ({ value, words: label(kind, value) }));

/** Shows what the keys do. */
export function showKeys(keys) {
  const rows = keys.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]);
  const shut = el("button", { type: "button", class: "button main", on: { click: () => dialog.close() } }, t("close"));
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, t("keys.title")),
    el("dl", { class: "keys" }, ...rows),
    el("div", { class: "verbs" }, shut),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
