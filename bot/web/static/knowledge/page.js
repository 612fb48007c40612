/** The editor's page: the articles that are asked for, and the open one. */

import { $ } from "../dom.js";
import { onKeys } from "../keys.js";
import { close, merged, opened, pageQuery, Rows, showView } from "../rows.js";
import { sentenceOf, showConnection, staffCall, startStaffPage } from "../staff.js";
import { currentLanguage, moment, onLanguage, t } from "../words.js";
import { asked, fillFilters, isNarrowed, readAddress, startFilters } from "./filters.js";
import { rowOf } from "./row.js";
import { showTabs } from "./tabs.js";

const me = await startStaffPage("knowledge");
const isEditor = ["editor", "admin"].some((role) => me.roles.includes(role));
const rows = new Rows($("#list"), (article) => article.id, paint);
let articles = [];
let next = null;
let counts = null;
let loads = 0;

function start() {
  showTabs("articles");
  for (const node of document.querySelectorAll('[data-for="editor"]')) node.hidden = !isEditor;
  fillFilters();
  startFilters(() => load());
  $("#more").addEventListener("click", () => load(next));
  addEventListener("hashchange", () => (readAddress() ? load() : null, openFromAddress()));
  onLanguage(() => (fillFilters(counts ?? {}), draw()));
  onKeys({ j: () => rows.move(1), k: () => rows.move(-1), "/": () => $("#q").focus(), Escape: close });
  load().then(openFromAddress);
}

/** Loads the list, or what follows `cursor`. An answer that a newer question has overtaken is not shown. */
async function load(cursor) {
  const place = ++loads;
  try {
    const [page, counted] = await Promise.all([
      staffCall(`/knowledge/articles?${pageQuery(articles.length, { ...asked(), after: cursor })}`),
      staffCall(`/knowledge/articles/counts?${new URLSearchParams(asked())}`).catch(() => null),
    ]);
    if (place !== loads) return;
    articles = cursor ? merged(articles, page.items, "id") : page.items;
    [next, counts] = [page.next ?? null, counted];
    fillFilters(counts ?? {});
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    $("#count").textContent = sentenceOf(error);
  }
}

function draw() {
  rows.show(articles);
  $("#count").textContent = t("knowledge.count", { n: counts?.total ?? articles.length });
  $("#none").hidden = articles.length > 0;
  $("#none-words").textContent = t(isNarrowed() ? "knowledge.none.narrowed" : "knowledge.none");
  $("#more").hidden = !next;
}

function paint(article) {
  return { shows: [article, currentLanguage(), moment(article.updated_at)], nodes: () => rowOf(article) };
}

function openFromAddress() {
  showView();
  rows.markOpen();
  $("#open").hidden = !opened();
  $("#empty").hidden = Boolean(opened());
}

start();
