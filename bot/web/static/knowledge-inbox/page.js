/** The editor's inbox: what could not be answered, what customers wish for, and which answers do not serve. */

import { pause, Refused } from "../api.js";
import { showKeys } from "../dialog.js";
import { $, el, fillWith } from "../dom.js";
import { showTabs } from "../knowledge/tabs.js";
import { onKeys } from "../keys.js";
import { askedFor, close, merged, opened, Rows, showView } from "../rows.js";
import { sentenceOf, showConnection, staffCall, startStaffPage, toast } from "../staff.js";
import { currentLanguage, LANGUAGES, label, moment, onLanguage, t } from "../words.js";
import { BOXES } from "./boxes.js";
import { showCard, showNoCard } from "./card.js";
import { rowOf } from "./row.js";

const REFRESH_MS = 10_000;
const PAGE = 50;

const me = await startStaffPage("knowledge");
const form = $("#filters");
const rows = new Rows($("#list"), (item) => item.id, paint);
let items = [];
let next = null;
let loads = 0;
let card = null;

const KEYS = {
  j: () => rows.move(1),
  k: () => rows.move(-1),
  a: () => $("#verbs .main")?.click(),
  Escape: () => (close(), rows.focusOpen()),
  "?": () => showKeys(["j", "k", "a", "?"].map((key) => [key, t(`inbox.keys.${key}`)])),
};

async function start() {
  showTabs("inbox");
  fillFilters();
  form.addEventListener("change", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  $("#more").addEventListener("click", () => load(next));
  $("#back").addEventListener("click", close);
  addEventListener("hashchange", moved);
  onLanguage(() => (fillFilters(), draw(), drawCard()));
  onKeys(KEYS);
  await load();
  await openFromAddress();
  for (;;) {
    await pause(REFRESH_MS);
    if (!document.querySelector("dialog[open]")) await refresh();
  }
}

/** What the address asks for: which box, and what of it. */
function asked() {
  const query = new URLSearchParams(askedFor());
  const box = BOXES[query.get("box")] ?? BOXES.gaps;
  return { box, state: query.get("state") ?? box.states[0], language: query.get("language") ?? "" };
}

function ask({ box, state, language }) {
  const chosen = Object.entries({ box, state, language }).filter(([, value]) => value);
  location.hash = `#?${new URLSearchParams(chosen)}`;
}

const narrow = () => ask({ box: asked().box.name, state: form.state.value, language: form.language.value });

function fillFilters() {
  const { box, state, language } = asked();
  const focused = document.activeElement?.dataset?.box;
  const button = (one) =>
    el(
      "button",
      { type: "button", "aria-pressed": String(one === box), data: { box: one.name }, on: { click: () => ask({ box: one.name }) } },
      t(`inbox.box.${one.name}`),
    );
  fillWith($("#boxes"), ...Object.values(BOXES).map(button));
  if (focused) $(`[data-box="${focused}"]`).focus();
  fillWith(form.state, ...box.states.map((name) => el("option", { value: name }, t(`inbox.${box.name}.${name}`))));
  const every = el("option", { value: "" }, t("inbox.languages"));
  fillWith(form.language, every, ...LANGUAGES.map((name) => el("option", { value: name }, label("language", name))));
  form.state.value = state;
  form.language.value = language;
}

let showing = askedFor();

async function moved() {
  if (askedFor() !== showing) {
    showing = askedFor();
    items = [];
    fillFilters();
    await load();
  }
  await openFromAddress();
}

/** Loads the list, or what follows `cursor`. An answer that a newer question has overtaken is not shown. */
async function load(cursor) {
  const turn = ++loads;
  const { box, state, language } = asked();
  try {
    const page = await staffCall(box.list({ state, language, cursor, limit: Math.min(200, Math.max(PAGE, cursor ? 0 : items.length)) }));
    if (turn !== loads) return;
    const found = page.items.map((item) => ({ ...item, id: item.id ?? item.article_id }));
    items = cursor ? merged(items, found, "id") : found;
    next = page.next ?? null;
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    $("#count").textContent = sentenceOf(error);
  }
}

function draw() {
  const { box, state } = asked();
  rows.show(items);
  $("#none").hidden = items.length > 0;
  $("#none-words").textContent = t(`inbox.none.${box.name}.${state}`);
  $("#more").hidden = !next;
  $("#count").textContent = items.length ? t(`inbox.count.${box.name}`, { n: items.length }) : "";
}

function paint(item) {
  const { box } = asked();
  return { shows: [item, box.name, currentLanguage(), item.last_at && moment(item.last_at)], nodes: () => rowOf(item, box) };
}

async function openFromAddress() {
  showView();
  rows.markOpen();
  if (!opened()) return ((card = null), showNoCard("inbox.choose"));
  await fetchCard(opened());
}

async function fetchCard(id) {
  const { box } = asked();
  try {
    const fetched = await staffCall(box.one(id));
    if (opened() !== id) return;
    card = { box, item: fetched };
    drawCard();
  } catch (error) {
    if (!(error instanceof Refused)) return showConnection(false);
    card = null;
    showNoCard(error.status === 404 ? "inbox.gone" : "inbox.choose");
  }
}

function drawCard() {
  if (card) showCard(card.item, card.box, me, done);
}

async function refresh() {
  await load();
  if (opened()) await fetchCard(opened());
}

/** After a decision: what was done is said, and the list is as it is now. */
async function done(sentence) {
  toast(sentence);
  await refresh();
}

start();
