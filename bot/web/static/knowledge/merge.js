/** Two editors changed the same article: which of the two each field takes over. */

import { el, fillWith } from "../dom.js";
import { moment, t } from "../words.js";
import { contentOf, differing, valueWords } from "./content.js";

/**
 * `base`: what both began with; `mine`: what was written here; `theirs`: the article as it is now. What only one of
 * them changed is proposed; what both changed is chosen. Resolves to the content, or null when it was put off.
 */
export function merge({ base, mine, theirs }) {
  const stands = contentOf(theirs);
  const rows = differing(mine, stands).map((name) => rowOf(name, { base, mine, stands }));
  if (!rows.length) return Promise.resolve(stands);
  return new Promise((resolve) => {
    let merged = null;
    const take = (form) => {
      const chosen = rows.map(({ name }) => [name, (form.elements[name].value === "mine" ? mine : stands)[name]]);
      merged = { ...stands, ...Object.fromEntries(chosen) };
      dialog.close();
    };
    const dialog = dialogOf(rows, theirs, take);
    dialog.addEventListener("close", () => (dialog.remove(), resolve(merged)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** `proposed`: whose change it was, where it was one's alone. */
function rowOf(name, { base, mine, stands }) {
  const [byMe, byThem] = [mine, stands].map((content) => differing(base, content).includes(name));
  const proposed = byMe && byThem ? null : byMe ? "mine" : "theirs";
  return { name, proposed, mine: valueWords(name, mine[name]), theirs: valueWords(name, stands[name]) };
}

function dialogOf(rows, theirs, take) {
  const who = theirs.updated_by?.name ?? t("somebody");
  const form = el("form", { method: "dialog" });
  const all = (whose) => () => {
    for (const { name } of rows) form.querySelector(`[name="${name}"][value="${whose}"]`).checked = true;
  };
  const button = (words, press, kind = "button") =>
    el("button", { type: "button", class: kind, on: { click: press } }, words);
  fillWith(
    form,
    el("h2", { id: "merge-title" }, t("merge.title")),
    el("p", { class: "intro" }, t("merge.intro", { name: who, time: moment(theirs.updated_at), n: theirs.version })),
    el(
      "div",
      { class: "verbs start" },
      button(t("merge.all.mine"), all("mine")),
      button(t("merge.all.theirs", { name: who }), all("theirs")),
    ),
    ...rows.map((row) => fieldOf(row, who)),
    el(
      "div",
      { class: "verbs" },
      button(t("merge.later"), () => dialog.close(), "button quiet"),
      el("button", { type: "submit", class: "button main" }, t("merge.take")),
    ),
  );
  const dialog = el("dialog", { class: "merge", "aria-labelledby": "merge-title" }, form);
  form.addEventListener("submit", (event) => (event.preventDefault(), take(form)));
  return dialog;
}

function fieldOf({ name, proposed, mine, theirs }, who) {
  const [mineParts, theirParts] = marked(mine, theirs);
  const side = (whose, words, parts) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type: "radio", name, value: whose, required: true, checked: proposed === whose }),
      el("span", {}, el("b", {}, words), el("span", { class: "said-so" }, ...parts)),
    );
  return el(
    "fieldset",
    { class: "field" },
    el("legend", {}, t(`field.${name}`), " ", !proposed && el("span", { class: "badge high" }, t("merge.both"))),
    el(
      "div",
      { class: "sides" },
      side("mine", t("merge.mine"), mineParts),
      side("theirs", t("merge.theirs", { name: who }), theirParts),
    ),
  );
}

/** Both texts with what lies between their common beginning and end marked. */
function marked(one, other) {
  const [a, b] = [[...one], [...other]];
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return [a, b].map((text) => {
    const middle = text.slice(head, text.length - tail).join("");
    return [
      text.slice(0, head).join(""),
      middle && el("mark", {}, middle),
      text.slice(text.length - tail).join(""),
    ].filter(Boolean);
  });
}
