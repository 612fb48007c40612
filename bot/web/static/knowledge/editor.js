/** The open article: shows it, follows what is written, looks whether somebody else is at it. */

import { randomId } from "../api.js";
import { $ } from "../dom.js";
import { open } from "../rows.js";
import { sentenceOf, toast } from "../staff.js";
import { currentLanguage, t } from "../words.js";
import { run, startDeeds } from "./deeds.js";
import { Autosave } from "./drafts.js";
import { fillChoices, fillForm, readForm } from "./form.js";
import { showHead, showKept } from "./head.js";
import { showNotices } from "./notices.js";
import { choosePane, panesFollow, showPanes, startPanes } from "./panes.js";
import * as sheets from "./sheet.js";

const LOOK_MS = 15_000;

/** What is open: the sheet, what is written on it now, and the article as it was seen last. */
const now = { sheet: null, content: null, latest: null };
let page = null;
let autosave = null;
let turn = 0;

/** `given`: `me`, `writes` (whether they may), `known()` (tags and categories), `changed()`: the list is another. */
export function startEditor(given) {
  page = given;
  autosave = new Autosave(keptChanged);
  startDeeds({ now, page, autosave, show, draw });
  startPanes();
  setInterval(look, LOOK_MS);
}

/** Begins an article with the content that is `given`; it stands on the server once something is written. */
export function beginArticle(given = {}) {
  open(sheets.newKey(randomId(), { language: currentLanguage(), ...given }));
}

export async function openArticle(key) {
  const mine = ++turn;
  if (now.sheet?.key === key) return;
  await autosave.flush();
  if (!key) return showNothing("knowledge.choose");
  try {
    const read = await sheets.openSheet(key, { me: page.me, language: currentLanguage() });
    if (mine === turn) show(read, { begins: sheets.isNewKey(key) });
  } catch (error) {
    if (mine !== turn) return;
    showNothing(error.status === 404 ? "knowledge.gone" : "knowledge.choose");
    toast(sentenceOf(error));
  }
}

function showNothing(words) {
  Object.assign(now, { sheet: null, content: null, latest: null });
  $("#open").hidden = true;
  $("#empty").hidden = false;
  $("#empty-words").dataset.words = words;
  $("#empty-words").textContent = t(words);
}

/** `content`: what is written on the sheet, where that is another than it was read with. */
function show(sheet, { content = sheet.content, begins = false } = {}) {
  Object.assign(now, { sheet, content, latest: null });
  $("#empty").hidden = true;
  $("#open").hidden = false;
  $("#write").hidden = !page.writes || sheet.article?.status === "archived";
  if (page.writes) fillForm(content, { isNew: !sheet.article, known: page.known() });
  showKept("none");
  if (begins) choosePane("write");
  draw();
  for (const part of ["#open", "#write", "#pane"]) $(part).scrollTop = 0;
  if (begins) $("#question").focus();
}

function draw() {
  drawHead();
  showPanes({ ...now, writes: !$("#write").hidden, on: ON });
}

function drawHead() {
  const writes = !$("#write").hidden;
  showHead({ ...now, dirty: sheets.isDirty(now.sheet, now.content), writes: page.writes, run });
  showNotices($("#notices"), { ...now, me: page.me, writes, on: ON });
}

/** After the page's language was changed. */
export function redraw() {
  if (!now.sheet) return;
  fillChoices();
  draw();
}

/** Something was written. */
export function written() {
  if (!now.sheet) return;
  now.content = readForm();
  autosave.keep(now.sheet.key, sheets.draftOf(now.sheet, now.content));
  drawHead();
  panesFollow(now.content);
}

function keptChanged(state, at, key) {
  if (now.sheet?.key === key) showKept(state, at);
  if (state === "saved" && sheets.isNewKey(key)) page.changed();
}

/** Looks whether somebody else saved or began something; who has changed nothing sees the new state at once. */
async function look() {
  if (!now.sheet?.article || document.hidden || document.querySelector("dialog[open]")) return;
  const mine = turn;
  const fresh = await sheets.fetchArticle(now.sheet.key).catch(() => null);
  if (!fresh || mine !== turn) return;
  if (fresh.version > now.sheet.basedOn) {
    if (!sheets.isDirty(now.sheet, now.content)) return show(sheets.settled(fresh));
    now.sheet = sheets.rebased(now.sheet, fresh) ?? now.sheet;
  }
  now.latest = fresh;
  drawHead();
}

const ON = {
  choose: choosePane,
  discard: () => run("discard"),
  compare: () => run("compare"),
  restore: (version) => run("restore", version),
  translate,
};

/** The words are left to the translator; all that is the same in every language is taken over. */
function translate() {
  const { language, kind, audience, team, category, tags, steps } = now.content;
  const frame = steps.map((step) => ({ text: "", team: step.team, minutes: step.minutes }));
  choosePane("translation");
  const shared = { kind, audience, team, category, tags, steps: frame, translation_of: now.sheet.article.id };
  beginArticle({ language: sheets.otherLanguage(language), ...shared });
}
