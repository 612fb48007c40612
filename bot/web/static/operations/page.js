/** The operators' page: how each part is, what failed, who runs, how much is logged. It refreshes itself. */

import { pause } from "../api.js";
import { $, announce, el, show } from "../dom.js";
import { sentenceOf, showConnection, staffCall, startStaffPage, toast } from "../staff.js";
import { currentLanguage, label, moment, onLanguage, span, stamp, t } from "../words.js";
import { showWork, startWork } from "./work.js";

const REFRESH_MS = 5_000;
const PARTS = ["web", "worker", "knowledge", "actions", "rasa"];
const LEVELS = ["debug", "info", "warning", "error"];

const me = await startStaffPage("operations");
const isAdmin = me.roles.includes("admin");
let seen = null;
let work = [];
let done = [];

async function start() {
  startWork(isAdmin, load);
  startLoudness();
  onLanguage(() => (fillLoudness(), draw()));
  for (;;) {
    await load();
    await pause(REFRESH_MS);
  }
}

/** What an outage leaves on the page is the last that was seen; the bar says that it is not live. */
async function load() {
  try {
    const [overview, failed, events] = await Promise.all([
      staffCall("/operations"),
      staffCall("/operations/jobs"),
      staffCall("/operations/events"),
    ]);
    if (seen && seen.state !== overview.state) announce(t(`operations.${overview.state}`));
    [seen, work, done] = [overview, failed.items, events.items];
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    if (!seen) $("#standing").textContent = sentenceOf(error);
  }
}

function draw() {
  if (!seen) return;
  $("#standing").className = `standing ${seen.state}`;
  $("#standing").textContent = t(`operations.${seen.state}`);
  $("#queue").textContent = queueLine();
  const language = currentLanguage();
  show($("#parts"), [seen.parts, language], () => Object.entries(seen.parts).map(partNode));
  show($("#processes"), [seen.processes.map(({ seen_at, ...rest }) => rest), language], () => seen.processes.map(processNode));
  $("#levels").textContent = levelsLine();
  showWork(work);
  $("#done-none").hidden = done.length > 0;
  show($("#done"), [done, language], () => done.map(doneNode));
}

function queueLine() {
  if (seen.oldest_turn_seconds === null) return "";
  if (seen.oldest_turn_seconds === 0) return t("operations.queue.none");
  return t("operations.queue", { time: span(seen.oldest_turn_seconds * 1_000) });
}

/** Of several, each has a number behind its kind. */
function partNode([name, part]) {
  const [kind, number] = name.split("-");
  const more = [part.customers && t(`feels.${kind}`), part.failed && t("part.failed", { n: part.failed }), seen.addresses[name]];
  return el(
    "li",
    { data: { part: name } },
    el("b", {}, [label("part", kind), number].filter(Boolean).join(" ")),
    el("span", { class: `badge ${part.state}` }, label("part.state", part.state)),
    el("span", { class: "more" }, t("operations.since", { time: moment(part.since) })),
    ...more.filter(Boolean).map((words) => el("span", { class: "more" }, words)),
  );
}

function processNode({ part, name, version, log_level, started_at }) {
  const words = t("process.line", { version, time: stamp(started_at), level: label("logs", log_level) });
  return el("li", {}, el("b", {}, label("part", part)), el("span", { class: "quiet" }, name), el("span", { class: "more" }, words));
}

function levelsLine() {
  const set = Object.entries(seen.log_levels).map(([part, level]) => `${label("part", part)}: ${label("logs", level)}`);
  return set.length ? t("loudness.are", { levels: set.join(t("comma")) }) : "";
}

function doneNode({ at, event, target, detail, reason, by }) {
  const who = by ?? t("did.command-line");
  const what = event === "set_log_level" ? [label("part", target), label("logs", detail)] : [label("work", detail), target];
  return el(
    "li",
    {},
    el("span", {}, [label("did", event), ...what, who].join(" · ")),
    el("time", { class: "quiet", datetime: at, title: stamp(at) }, moment(at)),
    reason && el("span", { class: "more" }, reason),
  );
}

function startLoudness() {
  const form = $("#loudness");
  form.hidden = !isAdmin;
  fillLoudness();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { part, level } = Object.fromEntries(new FormData(form));
    try {
      await staffCall("/operations/log-level", { method: "PUT", body: part ? { part, level } : { level } });
      toast(t("loudness.done"));
      await load();
    } catch (error) {
      toast(sentenceOf(error));
    }
  });
}

function fillLoudness() {
  const [part, level] = [$("#loudness").part, $("#loudness").level];
  const chosen = [part.value, level.value || "info"];
  const option = (value, words) => el("option", { value }, words);
  part.replaceChildren(option("", t("loudness.all")), ...PARTS.map((name) => option(name, label("part", name))));
  level.replaceChildren(...LEVELS.map((name) => option(name, label("logs", name))));
  [part.value, level.value] = chosen;
}

start();
