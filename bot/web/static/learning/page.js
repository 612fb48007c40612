/** The conversation designer's page: what agents corrected, and what the last training changed. It refreshes itself. */

import { pause } from "../api.js";
import { $, announce, el, fillWith, Nodes, syncChildren } from "../dom.js";
import { sentenceOf, showConnection, staffCall, startStaffPage } from "../staff.js";
import { currentLanguage, onLanguage, t } from "../words.js";
import { correctionNode } from "./correction.js";
import { showTraining } from "./training.js";

const REFRESH_MS = 10_000;
const STATES = ["open", "accepted", "rejected"];

await startStaffPage("learning");
const nodes = new Nodes();
let state = "open";
let intents = [];
let rows = [];
let next = null;
let counts = null;
let training = null;
let loads = 0;

async function start() {
  $("#more").addEventListener("click", more);
  onLanguage(draw);
  for (;;) {
    await load();
    await pause(REFRESH_MS);
  }
}

const listed = (cursor) =>
  staffCall(`/learning/corrections?${new URLSearchParams({ state, ...(cursor && { cursor }) })}`);

/** What an outage leaves on the page is the last that was seen; the bar says that it is not live. */
async function load() {
  const turn = ++loads;
  try {
    const [page, last, known] = await Promise.all([
      listed(),
      staffCall("/learning/training"),
      intents.length ? { items: intents } : staffCall("/learning/intents"),
    ]);
    if (turn !== loads) return;
    [rows, next, counts, training, intents] = [page.items, page.next ?? null, page.counts, last.training, known.items];
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    if (!counts) showNone(sentenceOf(error));
  }
}

async function more() {
  const turn = ++loads;
  const page = await listed(next).catch((error) => announce(sentenceOf(error)));
  if (!page || turn !== loads) return;
  [rows, next] = [[...rows, ...page.items], page.next ?? null];
  draw();
}

function draw() {
  if (!counts) return;
  drawStates();
  showNone(rows.length ? "" : t(`learning.none.${state}`));
  $("#more").hidden = next === null;
  $("#to-export").hidden = counts.to_export === 0;
  $("#to-export").textContent = t("learning.to-export", { n: counts.to_export });
  const on = { decided, changed: load };
  syncChildren(
    $("#corrections"),
    rows.map((row) => nodes.of(row.id, [row, currentLanguage()], () => correctionNode(row, intents, on))),
  );
  showTraining(training);
}

function showNone(words) {
  $("#none").hidden = !words;
  $("#none").textContent = words;
}

function drawStates() {
  const focused = document.activeElement?.dataset.state;
  const words = (name) => t(`learning.${name}`, { n: counts[name] });
  const press = (name) => () => ((state = name), load());
  const button = (name) =>
    el(
      "button",
      { type: "button", "aria-pressed": String(name === state), data: { state: name }, on: { click: press(name) } },
      words(name),
    );
  fillWith($("#states"), ...STATES.map(button));
  if (focused) $(`[data-state="${focused}"]`).focus();
}

/** The next one is where the eyes and the keyboard go. */
async function decided(id) {
  const place = rows.findIndex((row) => row.id === id);
  await load();
  const following = $("#corrections").children[Math.min(place, rows.length - 1)];
  (following?.querySelector("textarea") ?? $("#corrections")).focus();
}

start();
