/** The editor's page: the articles that are asked for, and the open one. */

import { showKeys } from "../dialog.js";
import { $ } from "../dom.js";
import { onKeys } from "../keys.js";
import { close, merged, opened, pageQuery, Rows, showView } from "../rows.js";
import { sentenceOf, showConnection, staffCall, startStaffPage } from "../staff.js";
import { currentLanguage, moment, onLanguage, t } from "../words.js";
import { run, runMain } from "./deeds.js";
import { fetchDrafts } from "./drafts.js";
import { beginArticle, openArticle, redraw, startEditor, written } from "./editor.js";
import { asked, fillFilters, isNarrowed, narrowing, readAddress, startFilters } from "./filters.js";
import { startForm } from "./form.js";
import { fetchReminders, showHome } from "./home.js";
import { rowOf } from "./row.js";
import { isNewKey } from "./sheet.js";
import { showTabs } from "./tabs.js";

const me = await startStaffPage("knowledge");
const writes = ["editor", "admin"].some((role) => me.roles.includes(role));
const rows = new Rows($("#list"), (article) => article.id, paint);
let articles = [];
let drafts = [];
let reminders = [];
let next = null;
let counts = null;
let loads = 0;

const KEYS = {
  j: () => rows.move(1),
  k: () => rows.move(-1),
  n: () => writes && begin(),
  e: () => !$("#write").hidden && $("#question").focus(),
  p: runMain,
  "/": () => $("#q").focus(),
  Escape: () => (close(), rows.focusOpen()),
  "?": () => showKeys(["j", "k", "n", "e", "p", "/", "Ctrl+S", "?"].map((key) => [key, t(`knowledge.keys.${key}`)])),
};

function start() {
  showTabs("articles");
  $("#new").hidden = !writes;
  fillFilters();
  startFilters(() => load());
  startEditor({ me, writes, known, changed: () => load() });
  if (writes) startForm(written);
  $("#new").addEventListener("click", () => begin());
  $("#write-it").addEventListener("click", () => begin({ question: asked().q }));
  $("#more").addEventListener("click", () => load(next));
  $("#back").addEventListener("click", close);
  addEventListener("hashchange", () => (readAddress() && load(), openFromAddress()));
  addEventListener("keydown", savedByKey);
  onLanguage(() => (fillFilters(counts ?? {}), draw(), redraw()));
  onKeys(KEYS);
  load();
  openFromAddress();
}

const names = (items = []) => items.map(({ name }) => name);
const known = () => ({ tags: names(counts?.tags), categories: names(counts?.categories) });

/** A new article is in the language that the list is narrowed to, else in the page's. */
function begin(more = {}) {
  const { language = currentLanguage(), category = null, tag } = asked();
  beginArticle({ language, category, tags: tag ? [tag] : [], ...more });
}

function savedByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  if (document.querySelector("dialog[open]")) return;
  if ($('[data-verb="save"]')) run("save");
  else runMain();
}

/** Loads the list, or what follows `cursor`. An answer that a newer question has overtaken is not shown. */
async function load(cursor) {
  const place = ++loads;
  try {
    const [page, counted, kept, due] = await Promise.all([
      staffCall(`/knowledge/articles?${pageQuery(articles.length, { sort: "updated", ...asked(), after: cursor })}`),
      staffCall(`/knowledge/articles/counts?${new URLSearchParams(narrowing())}`),
      writes ? fetchDrafts() : { items: [] },
      fetchReminders(),
    ]);
    if (place !== loads) return;
    articles = cursor ? merged(articles, page.items, "id") : page.items;
    [next, counts] = [page.next ?? null, counted];
    [drafts, reminders] = [kept.items, due.items];
    fillFilters(counts);
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    $("#count").textContent = sentenceOf(error);
  }
}

const asRow = ({ key, content, at }) => ({
  id: key,
  isBegun: true,
  question: content.question ?? "",
  language: content.language ?? currentLanguage(),
  updated_at: at,
});

/** What was begun and not saved stands on top of the whole list, so that it is not forgotten. */
function draw() {
  if (!counts) return;
  const begun = isNarrowed() ? [] : drafts.filter(({ key }) => isNewKey(key)).map(asRow);
  rows.show([...begun, ...articles]);
  $("#count").textContent = t("knowledge.count", { n: counts.total });
  $("#none").hidden = articles.length + begun.length > 0;
  $("#none-words").textContent = t(isNarrowed() ? "knowledge.none.narrowed" : "knowledge.none");
  $("#write-it").hidden = !(writes && asked().q && articles.length === 0);
  $("#more").hidden = !next;
  if (writes) showHome($("#home"), { drafts, reminders, counts, narrowed: isNarrowed() });
}

function paint(article) {
  return { shows: [article, currentLanguage(), moment(article.updated_at)], nodes: () => rowOf(article) };
}

function openFromAddress() {
  showView();
  rows.markOpen();
  openArticle(opened());
}

start();
