/** Files in and out: bring a file, look at what it would do, make it real; take the articles away. */

import { pause } from "../api.js";
import { $, el, fillWith } from "../dom.js";
import { showTabs } from "../knowledge/tabs.js";
import { sentenceOf, showConnection, staffCall, startStaffPage } from "../staff.js";
import { label, moment, onLanguage, t } from "../words.js";
import { startBringing } from "./bring.js";
import { refill } from "./choices.js";
import { closeReport, drawReport, openReport } from "./report.js";

const EXPORTS = ["csv", "xlsx", "json", "markdown"];
const STATUSES = ["draft", "published", "unpublished", "archived"];
const REFRESH_MS = 15_000;

const me = await startStaffPage("knowledge");
const writes = ["editor", "admin"].some((role) => me.roles.includes(role));
let earlier = [];

async function start() {
  showTabs("import");
  fillExport();
  $("#export").addEventListener("change", drawExports);
  onLanguage(() => (fillExport(), drawEarlier(), drawReport()));
  if (!writes) return showConnection(true);
  $("#bring").hidden = false;
  startBringing({ brought: (found) => (location.hash = found.id) });
  addEventListener("hashchange", openFromAddress);
  openFromAddress();
  for (;;) {
    await load();
    await pause(REFRESH_MS);
  }
}

function openFromAddress() {
  const id = location.hash.slice(1);
  if (id && id !== "top") openReport(id, { settled: load });
  else closeReport();
}

async function load() {
  try {
    earlier = (await staffCall("/knowledge/imports")).items;
    showConnection(true);
    drawEarlier();
  } catch (error) {
    showConnection(false);
    $("#refusal").textContent ||= sentenceOf(error);
  }
}

function drawEarlier() {
  $("#earlier").hidden = earlier.length === 0;
  fillWith($("#imports"), ...earlier.map(line));
}

function line(found) {
  const taken = found.counts.new + found.counts.changed;
  const words = [label("import.state", found.state), found.state === "done" && t("import.taken", { n: taken })];
  return el(
    "li",
    {},
    el("a", { href: `#${found.id}` }, found.name),
    el("span", { class: "quiet" }, [...words, moment(found.created_at)].filter(Boolean).join(" · ")),
  );
}

function fillExport() {
  const { language, status } = $("#export");
  refill(language, ["", "en", "zh"], (value) => (value ? label("language", value) : t("export.every-language")));
  refill(status, ["", ...STATUSES], (value) => (value ? label("article.status", value) : t("export.every-status")));
  drawExports();
}

function drawExports() {
  const chosen = Object.fromEntries(new FormData($("#export")));
  const address = (format) => `/api/v1/knowledge/export?${new URLSearchParams({ format, ...chosen })}`;
  const link = (format) => el("a", { class: "button", href: address(format), download: "" }, t(`export.${format}`));
  fillWith($("#exports"), ...EXPORTS.map(link));
}

start();
