/** What the list is asked for: the search line and the filters, each option with how many articles it leaves. */

import { $, el, fillWith } from "../dom.js";
import { addressOf, askedFor, opened } from "../rows.js";
import { label, namesOf, t } from "../words.js";

const FIXED = {
  language: ["en", "zh"],
  status: ["published", "draft", "unpublished", "archived"],
  audience: ["public", "agents"],
  kind: ["answer", "procedure"],
};
const RARE = ["category", "tag", "audience", "team", "kind", "untranslated", "sort", "stale", "broken"];

/** Calls `changed()` when somebody asks for something else, once they have stopped typing. */
export function startFilters(changed) {
  let timer = 0;
  const tell = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => (writeAddress(), showChosen(), changed()), milliseconds);
  };
  $("#filters").addEventListener("submit", (event) => (event.preventDefault(), tell(0)));
  $("#filters").addEventListener("input", (event) => tell(event.target.id === "q" ? 250 : 0));
  $("#narrow").addEventListener("click", () => showRare($("#narrower").hidden));
  $("#unfilter").addEventListener("click", () => (write(new URLSearchParams()), tell(0), $("#q").focus()));
  readAddress();
}

/** What is asked for: the names and values that are not empty. */
export const asked = () => Object.fromEntries([...new FormData($("#filters"))].filter(([, value]) => value.trim()));

/** The same without the order. */
export function narrowing() {
  const { sort: _, ...filters } = asked();
  return filters;
}

export const isNarrowed = () => Object.keys(narrowing()).length > 0;

/** Takes over what the address says; gives whether that is something else than was asked for. */
export function readAddress() {
  const before = new URLSearchParams(asked()).toString();
  write(new URLSearchParams(askedFor()));
  if (RARE.some((name) => asked()[name])) showRare(true);
  return new URLSearchParams(asked()).toString() !== before;
}

function writeAddress() {
  const query = new URLSearchParams(asked()).toString();
  history.replaceState(history.state, "", addressOf(opened(), query) || location.pathname);
}

function write(query) {
  for (const control of $("#filters").elements) {
    if (control.type === "checkbox") control.checked = query.has(control.name);
    else if (control.name) setValue(control, query.get(control.name) ?? "");
  }
  showChosen();
}

/** An option that the counts have not brought yet is chosen all the same. */
function setValue(control, value) {
  if (control.localName === "select" && ![...control.options].some((one) => one.value === value))
    control.append(el("option", { value }, value || " "));
  control.value = value;
}

function showRare(shown) {
  $("#narrower").hidden = !shown;
  $("#narrow").setAttribute("aria-expanded", String(shown));
}

function showChosen() {
  for (const select of $("#filters").querySelectorAll("select"))
    select.toggleAttribute("data-chosen", select.value !== "");
  $("#unfilter").hidden = !isNarrowed();
}

/** Writes the options; `counts`: what `GET /articles/counts` answers, where it has. */
export function fillFilters(counts = {}) {
  for (const [kind, names] of Object.entries(FIXED)) {
    fillSelect(
      kind,
      names.map((name) => [name, label(kind, name), counts[kind]?.[name] ?? 0]),
    );
  }
  const teams = (counts.teams ?? []).map(named);
  const known = new Map([...namesOf("team").map((name) => [name, 0]), ...teams]);
  fillSelect(
    "team",
    [...known].map(([name, count]) => [name, label("team", name), count]),
  );
  fillSelect(
    "category",
    (counts.categories ?? []).map(named).map(([name, count]) => [name, name.replaceAll("/", " › "), count]),
  );
  fillSelect(
    "tag",
    (counts.tags ?? []).map(named).map(([name, count]) => [name, name, count]),
  );
  const missing = (name) => [name, t(`untranslated.${name}`), counts.untranslated?.[name] ?? 0];
  fillSelect("untranslated", ["en", "zh"].map(missing));
  fillSelect("sort", [["question", t("sort.question"), 0]]);
  for (const flag of ["stale", "broken"]) $(`#${flag}-words`).textContent = t(`filter.${flag}`, { n: counts[flag] ?? 0 });
}

const named = ({ name, count }) => [name, count];

function fillSelect(name, options) {
  const select = $("#filters").elements[name];
  const value = select.value;
  const words = (text, count) => (count ? t("filter.counted", { what: text, n: count }) : text);
  fillWith(
    select,
    el("option", { value: "" }, t(`filter.${name}.all`)),
    options.map(([key, text, count]) => el("option", { value: key }, words(text, count))),
  );
  setValue(select, value);
}
