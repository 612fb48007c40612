/** One import: how far it has come, what each row does or would do, and the step that is open. */

import { pause } from "../api.js";
import { $, announce, el, fillWith } from "../dom.js";
import { sentenceOf, staffCall, toast } from "../staff.js";
import { known, t } from "../words.js";

const KINDS = ["new", "changed", "same", "duplicate", "wrong"];
const POLL_MS = 500;
const FOLLOW_MS = 3_000;
const UNDER_WAY = ["reading", "applying"];

let report = null;
let rows = [];
let next = null;
let kind = "";
let turn = 0;

$("#more").addEventListener("click", () => loadRows(next));

/** Shows the import and follows it until it needs nothing but a decision. `on.settled()` when it has come to an end. */
export async function openReport(id, on) {
  const mine = ++turn;
  [report, rows, next, kind] = [null, [], null, ""];
  let before = null;
  while (mine === turn) {
    const found = await fetchReport(id, mine);
    if (mine !== turn || !found) return;
    report = found;
    if (before === null) $("#report-title").focus();
    if (before !== found.state) await entered(found, mine, on);
    before = found.state;
    drawReport();
    if (!UNDER_WAY.includes(found.state) && isComplete(found)) return;
    await pause(UNDER_WAY.includes(found.state) ? POLL_MS : FOLLOW_MS);
  }
}

export function closeReport() {
  turn += 1;
  report = null;
  $("#report").hidden = true;
}

/** In the page's language as it is now. */
export function drawReport() {
  $("#report").hidden = !report;
  if (!report) return;
  $("#report-title").textContent = report.name;
  $("#standing").textContent = standing();
  drawProgress();
  $("#problem").textContent = report.problem ?? "";
  drawVerbs();
  drawKinds();
  drawRows();
}

async function fetchReport(id, mine) {
  const wanted = new URLSearchParams({ limit: 1 });
  try {
    return await staffCall(`/knowledge/imports/${encodeURIComponent(id)}?${wanted}`);
  } catch (error) {
    if (mine === turn) {
      $("#report").hidden = false;
      $("#problem").textContent = sentenceOf(error);
    }
    return null;
  }
}

async function entered(found, mine, on) {
  if (UNDER_WAY.includes(found.state)) return;
  kind = found.counts.wrong ? "wrong" : "";
  await loadRows(null, mine);
  announce(standing());
  on.settled();
}

const isComplete = ({ vectors }) => !vectors || vectors.done >= vectors.of;

async function loadRows(after, mine = turn) {
  const wanted = new URLSearchParams({ kind, ...(after && { after }) });
  try {
    const page = await staffCall(`/knowledge/imports/${encodeURIComponent(report.id)}?${wanted}`);
    if (mine !== turn) return;
    rows = after ? [...rows, ...page.preview] : page.preview;
    next = page.next ?? null;
    drawRows();
  } catch (error) {
    toast(sentenceOf(error));
  }
}

function standing() {
  const { state, counts, done, rows: of, vectors } = report;
  if (state === "reading") return t(of ? "import.reading.rows" : "import.reading", { done, of });
  const words = [t(`import.standing.${state}`, { n: counts.new + counts.changed })];
  if (!isComplete(report)) words.push(t("import.vectors", vectors));
  return words.join(" ");
}

function drawProgress() {
  const { state, done, rows: of, vectors } = report;
  const following = state === "done" && !isComplete(report);
  $("#progress").hidden = !UNDER_WAY.includes(state) && !following;
  const [value, max] = following ? [vectors.done, vectors.of] : [done, of];
  if (max && state !== "applying") Object.assign($("#bar"), { max, value });
  else $("#bar").removeAttribute("value");
}

function drawVerbs() {
  const { state, counts, id } = report;
  const taken = counts.new + counts.changed;
  const left = counts.wrong + counts.duplicate;
  const words = t(counts.wrong ? "import.apply.rest" : "import.apply", { n: taken });
  const press = () => apply(counts.wrong > 0);
  fillWith(
    $("#verbs"),
    state === "checked" && taken > 0 && el("button", { type: "button", class: "button main", on: { click: press } }, words),
    left > 0 && el("a", { class: "button", href: `/api/v1/knowledge/imports/${id}/refused`, download: "" }, t("import.refused", { n: left })),
  );
}

async function apply(skip) {
  try {
    await staffCall(`/knowledge/imports/${report.id}/apply?skip_wrong=${skip}`, { method: "POST" });
    dispatchEvent(new HashChangeEvent("hashchange"));
  } catch (error) {
    $("#problem").textContent = sentenceOf(error);
  }
}

function drawKinds() {
  const all = KINDS.reduce((sum, name) => sum + report.counts[name], 0);
  const focused = document.activeElement?.dataset.kind;
  const button = (name) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(name === kind),
        data: { kind: name || "all" },
        on: { click: () => ((kind = name), drawKinds(), loadRows(null)) },
      },
      t(`import.kind.${name || "all"}`, { n: name ? report.counts[name] : all }),
    );
  $("#kinds").hidden = all === 0;
  fillWith($("#kinds"), ...["", ...KINDS.filter((name) => report.counts[name])].map(button));
  if (focused) $(`#kinds [data-kind="${focused}"]`)?.focus();
}

function drawRows() {
  $("#rows").hidden = rows.length === 0;
  $("#more").hidden = next === null;
  fillWith($("#lines"), ...rows.map(lineOf));
}

function lineOf(row) {
  const place = row.place ? t("import.place", { row: row.row, place: row.place }) : String(row.row);
  return el(
    "tr",
    { data: { kind: row.kind } },
    el("td", {}, place),
    el("td", { class: "what" }, t(`import.is.${row.kind}`)),
    el("td", {}, row.question),
    el("td", {}, ...told(row)),
  );
}

function told(row) {
  const column = (name) => known(`import.column.${name}`) ?? name;
  const flaws = row.problems.map((one) => el("p", {}, t("import.flaw", { column: column(one.column), problem: one.problem })));
  const changes = row.changes.length > 0 && el("p", {}, t("import.changes", { fields: row.changes.map(column).join(t("import.and")) }));
  const is = ["duplicate", "changed", "same"].includes(row.kind) && row.article_id;
  const article = is && el("a", { href: `/knowledge#${encodeURIComponent(row.article_id)}` }, t(`import.see.${row.kind}`));
  return [...flaws, changes, article && el("p", {}, article)].filter(Boolean);
}
