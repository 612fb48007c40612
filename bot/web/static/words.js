/** The pages' words, in both languages, from one catalogue; the language in use; dates and spans as it writes them. */

import { kept, keep } from "./keep.js";

export const LANGUAGES = ["en", "zh"];
const DAY_MS = 86_400_000;

let language = "en";
let catalogue = {};
let plurals = new Intl.PluralRules("en");
const listeners = new Set();
const given = new Map();

export const currentLanguage = () => language;
export const onLanguage = (listener) => listeners.add(listener);

/** `?lang=` decides, then the choice made before, then the browser. */
function preferred() {
  const asked = new URLSearchParams(location.search).get("lang");
  return [asked, kept("language"), navigator.language].map(supported).find(Boolean) ?? "en";
}

function supported(tag) {
  const primary = (tag ?? "").toLowerCase().split("-")[0];
  return LANGUAGES.includes(primary) ? primary : null;
}

export async function startWords() {
  try {
    await use(preferred());
  } finally {
    document.documentElement.dataset.ready = "";
  }
}

export async function setLanguage(chosen) {
  keep("language", chosen);
  forgetAsked();
  await use(chosen);
  for (const listener of listeners) listener(chosen);
}

function forgetAsked() {
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  history.replaceState(history.state, "", address);
}

async function use(chosen) {
  const answer = await fetch(`/static/words.${chosen}.json`);
  catalogue = await answer.json();
  language = chosen;
  plurals = new Intl.PluralRules(chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  fill(document);
}

/** The sentence `key`, with `{name}` replaced from `values`; `values.n` picks `key.one` where the language has it. */
export function t(key, values = {}) {
  const template = catalogue[`${key}.${plurals.select(values.n ?? 0)}`] ?? catalogue[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => inLine(values[name]) ?? whole);
}

const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A value without the characters that would turn the rest of its sentence around. */
const inLine = (value) => (typeof value === "string" ? value.replace(TURNS, "") : value);

/** The sentence `key` if there is one. */
export const known = (key) => catalogue[key];

/** Takes the names of a kind that the shop's policy gives, such as teams: `[{key, names: {en, zh}}]`. */
export function giveNames(kind, items) {
  given.set(kind, new Map(items.map(({ key, names }) => [key, names])));
}

/** The page's word for a name of the wire, such as `status` `waiting`; an unknown name is shown as it is, in words. */
export function label(kind, name) {
  const words = given.get(kind)?.get(name)?.[language] ?? catalogue[`${kind}.${name}`];
  return words ?? String(name ?? "").replaceAll("_", " ");
}

/** Every name of a kind that is known. */
export function namesOf(kind) {
  if (given.has(kind)) return [...given.get(kind).keys()];
  return Object.keys(catalogue)
    .filter((key) => key.startsWith(`${kind}.`))
    .map((key) => key.slice(kind.length + 1));
}

const TARGETS = { words: null, wordsLabel: "aria-label", wordsPlaceholder: "placeholder", wordsTitle: "title" };

/** Writes the words into everything below `root` that names them by `data-words`, `-label`, `-placeholder`, `-title`. */
export function fill(root) {
  for (const node of root.querySelectorAll(
    "[data-words], [data-words-label], [data-words-placeholder], [data-words-title]",
  )) {
    for (const [name, attribute] of Object.entries(TARGETS)) {
      const key = node.dataset[name];
      if (key && attribute) node.setAttribute(attribute, t(key));
      else if (key) node.textContent = t(key);
    }
  }
}

const format = (options, at) =>
  new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : undefined, options).format(new Date(at));

export const clock = (at) => format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at);
export const stamp = (at) => format({ dateStyle: "medium", timeStyle: "short" }, at);

/** As it stands within a sentence: the time alone when it is today, else with its day. */
export function moment(at) {
  const days = daysUntil(at);
  if (days === 0) return clock(at);
  return Math.abs(days) > 1 ? `${date(at)} ${clock(at)}` : t(`moment.${days}`, { time: clock(at) });
}

export function dayOf(at) {
  const days = daysUntil(at);
  return Math.abs(days) > 1 ? date(at) : t(`day.${days}`);
}

const date = (at) => format({ weekday: "short", day: "numeric", month: "short", ...yearOf(at) }, at);
const yearOf = (at) => (new Date(at).getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" });
const noon = (at) => new Date(at).setHours(12, 0, 0, 0);
const daysUntil = (at) => Math.round((noon(at) - noon(Date.now())) / DAY_MS);

/** A length of time in its two largest units. */
export function span(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return t("span.now");
  if (minutes < 60) return t("span.minutes", { m: minutes });
  if (minutes < 1_440) return t("span.hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return t("span.days", { d: Math.floor(minutes / 1_440), h: Math.floor((minutes % 1_440) / 60) });
}
