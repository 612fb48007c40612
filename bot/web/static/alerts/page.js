/** The supervisors' page: warnings with their evidence, and the decisions on them. */

import { Refused } from "../api.js";
import { showKeys } from "../dialog.js";
import { $, announce, el } from "../dom.js";
import { onKeys } from "../keys.js";
import { listen } from "../live.js";
import { raise } from "../raise.js";
import { close, merged, open, opened, pageQuery, Rows, showView } from "../rows.js";
import { sentenceOf, staffCall, startStaffPage, toast } from "../staff.js";
import { currentLanguage, label, moment, namesOf, onLanguage, t } from "../words.js";
import { count, phaseBadge, showCard, showNoCard, windowOf } from "./card.js";

const me = await startStaffPage("alerts");
const rows = new Rows($("#list"), (alert) => alert.id, paint);
let alerts = [];
let next = null;
let loads = 0;
let alert = null;

const KEYS = {
  j: () => rows.move(1),
  k: () => rows.move(-1),
  c: () => $('[data-verb="confirm"]')?.click(),
  d: () => $('[data-verb="dismiss"]')?.click(),
  Escape: () => (close(), rows.focusOpen()),
  "?": () =>
    showKeys([
      ["j", t("keys.j")],
      ["k", t("keys.k")],
      ["c", t("verb.confirm")],
      ["d", t("verb.dismiss")],
      ["?", t("keys.?")],
    ]),
};

function start() {
  fillPhases();
  $("#phase").addEventListener("change", () => load());
  $("#more").addEventListener("click", () => load(next));
  $("#raise").addEventListener("click", () => raise(raised));
  $("#back").addEventListener("click", close);
  addEventListener("hashchange", openFromAddress);
  onLanguage(() => (fillPhases(), draw(), alert && showCard(alert, me, refresh)));
  onKeys(KEYS);
  load().then(openFromAddress);
  listen({ alert: (frame) => changed(frame.alert) }, refresh);
}

function fillPhases() {
  const chosen = $("#phase").value;
  const phases = namesOf("phase").map((name) => el("option", { value: name }, label("phase", name)));
  $("#phase").replaceChildren(el("option", { value: "" }, t("filter.phases")), ...phases);
  $("#phase").value = chosen;
}

/** Loads the list, or what follows `cursor`. An answer that a newer question has overtaken is not shown. */
async function load(cursor) {
  const place = ++loads;
  try {
    const page = await staffCall(`/alerts?${pageQuery(alerts.length, { phase: $("#phase").value, cursor })}`);
    if (place !== loads) return;
    alerts = cursor ? merged(alerts, page.items, "id") : page.items;
    next = page.next ?? null;
    draw();
  } catch (error) {
    $("#count").textContent = sentenceOf(error);
  }
}

function draw() {
  rows.show(alerts);
  $("#none").hidden = alerts.length > 0;
  $("#more").hidden = !next;
  $("#count").textContent = t("alert.count", { n: alerts.filter((one) => one.phase === "warning").length });
}

function paint(shown) {
  return { shows: [shown, currentLanguage(), moment(shown.opened_at)], nodes: () => rowOf(shown) };
}

function rowOf(shown) {
  const level = shown.level ? el("span", { class: `badge ${shown.level}` }, label("level", shown.level)) : null;
  return [
    el("span", { class: "top" }, phaseBadge(shown), level, el("span", { class: "end" }, moment(shown.opened_at))),
    el("span", { class: "what" }, label("topic", shown.topic)),
    el("span", { class: "foot" }, el("span", {}, evidence(shown)), el("span", { class: "end" }, windowOf(shown))),
  ];
}

/** What was counted; of an alert without counted people, where it came from. */
function evidence(shown) {
  if (!count(shown.people)) return t(`trigger.${shown.trigger}`);
  return ["people", "messages", "channels"].map((name) => t(`count.${name}`, { n: count(shown[name]) })).join(" · ");
}

async function raised(alert) {
  await load();
  open(alert.id);
}

async function openFromAddress() {
  showView();
  rows.markOpen();
  if (!opened()) return ((alert = null), showNoCard("alert.choose"));
  await fetchCard(opened());
}

async function fetchCard(id) {
  try {
    const fetched = await staffCall(`/alerts/${encodeURIComponent(id)}`);
    if (opened() !== String(id)) return;
    alert = fetched;
    showCard(alert, me, refresh);
  } catch (error) {
    if (error instanceof Refused) showNoCard(error.status === 404 ? "alert.gone" : "alert.choose");
    if (error instanceof Refused) alert = null;
    toast(sentenceOf(error));
  }
}

async function refresh() {
  await load();
  if (alert) await fetchCard(alert.id);
}

function changed(fresh) {
  const isNew = !alerts.some((one) => one.id === fresh.id);
  if (isNew && fresh.phase === "warning") announce(t("alert.arrived", { topic: label("topic", fresh.topic) }));
  load();
  if (alert?.id === fresh.id) fetchCard(fresh.id);
}

start();
