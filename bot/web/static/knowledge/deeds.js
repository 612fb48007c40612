/** Does what the editor decides with the open article, and settles what stands in the way. */

import { Refused } from "../api.js";
import { $ } from "../dom.js";
import { addressOf, close } from "../rows.js";
import { sentenceOf, toast } from "../staff.js";
import { t } from "../words.js";
import { missing } from "./content.js";
import { readForm, showProblems } from "./form.js";
import { merge } from "./merge.js";
import { choosePane } from "./panes.js";
import * as sheets from "./sheet.js";
import * as verbs from "./verbs.js";

let now = null;
let page = null;
let autosave = null;
let show = null;
let draw = null;

export function startDeeds(given) {
  ({ now, page, autosave, show, draw } = given);
}

const DEEDS = {
  publish: putOut,
  renew: putOut,
  save: keepIt,
  unpublish: asked,
  archive: asked,
  unarchive,
  discard,
  restore,
  compare,
};

/** Does `name`; `value` is the version to restore. What is written is on the server before. */
export async function run(name, value) {
  if (!now.sheet || !page.writes) return;
  await autosave.flush();
  try {
    await DEEDS[name](name, value);
  } catch (error) {
    await settle(error);
  }
}

/** Does what the head offers first. */
export const runMain = () => $("#verbs .main")?.click();

/** Whether all is there that an article needs; else what lacks is said beside its field. */
function isWhole() {
  now.content = readForm();
  const problems = missing(now.content);
  if (!Object.keys(problems).length) return true;
  choosePane("write");
  showProblems(problems);
  return false;
}

/** Saves what is written, where it is another; gives the article. A new one has its address from then on. */
async function store() {
  const { sheet, content } = now;
  if (sheet.article && !sheets.isDirty(sheet, content)) return sheet.article;
  const article = await sheets.save(sheet, content);
  now.sheet = sheets.settled(article);
  await takeAddress(sheet.key, article.id);
  return article;
}

/** What was saved stands under its own id from then on, and needs no draft. */
async function takeAddress(key, id) {
  if (key !== id) history.replaceState(history.state, "", addressOf(id));
  await autosave.forget(key);
}

async function putOut(name) {
  if (!isWhole()) return;
  const perform = async () => {
    const article = await store();
    if (article.status !== "published") now.sheet = sheets.settled(await sheets.step(article.id, "publish"));
  };
  await conclude(name, await verbs.publish(name, { ...now, perform }));
}

async function keepIt(name) {
  if (!isWhole()) return;
  await store();
  await conclude(name, { done: true });
}

/** A step leaves what is written as it is, on the article as it then is. */
const stepOf = (name) => async () => {
  const article = await sheets.step(now.sheet.key, name);
  now.sheet = sheets.rebased(now.sheet, article) ?? { ...now.sheet, article };
};

async function asked(name) {
  await conclude(name, await verbs[name](stepOf(name)));
}

async function unarchive(name) {
  await stepOf(name)();
  await conclude(name, { done: true });
}

async function discard(name) {
  const { key, article } = now.sheet;
  const { done } = await verbs.discard(() => autosave.forget(key));
  if (!done) return;
  if (article) now.sheet = sheets.settled(await sheets.fetchArticle(key));
  await conclude(name, { done: true });
  if (article) return;
  close();
  $("#new").focus();
}

async function restore(name, version) {
  const answer = await verbs.restore(version, async () => {
    const article = await sheets.step(now.sheet.key, "restore", { version });
    if (sheets.isDirty(now.sheet, now.content)) now.sheet = { ...now.sheet, article };
    else Object.assign(now, { sheet: sheets.settled(article), content: sheets.settled(article).content });
  });
  await conclude(name, answer);
}

/** What is done is said, and the article is shown as it is now, with what is still only written. */
async function conclude(name, { done, refused = null }) {
  if (refused) return settle(refused);
  page.changed();
  if (!done) return draw();
  const isKept = sheets.isDirty(now.sheet, now.content) && !["publish", "renew", "save", "discard"].includes(name);
  const content = isKept && now.content;
  show(now.sheet, content ? { content } : {});
  if (content) autosave.keep(now.sheet.key, sheets.draftOf(now.sheet, content));
  toast(t(`done.${name}`));
  $("#card-title").focus();
}

async function settle(error) {
  if (error instanceof Refused && error.fields?.version) return compare();
  if (error.fields) {
    choosePane("write");
    showProblems(error.fields);
  }
  toast(sentenceOf(error));
}

/** Lets the editor choose between their words and those that somebody saved meanwhile. */
async function compare() {
  const { key } = now.sheet;
  const theirs = await sheets.fetchArticle(sheets.idOf(key));
  const merged = await merge({ base: now.sheet.base, mine: now.content, theirs });
  now.latest = theirs;
  if (!merged) return draw();
  const sheet = sheets.settled(theirs);
  if (key !== sheet.key) await takeAddress(key, sheet.key);
  show(sheet, { content: merged });
  autosave.keep(sheet.key, sheets.draftOf(sheet, merged));
  toast(t("merge.done"));
  ($("#verbs .main") ?? $("#card-title")).focus();
}
