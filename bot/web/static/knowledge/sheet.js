/** The open article: as it was read, what its editor began to change, and how both are saved. */

import { staffCall } from "../staff.js";
import { blank, contentOf, differing } from "./content.js";
import { fetchDraft, fetchDrafts } from "./drafts.js";

const NEW = "new-";
const begun = new Map();

/** An imported article may be called `new-…` too, but not by a random id. */
export const isNewKey = (key) => /^new-[0-9a-f-]{32,36}$/.test(key);

/** The id under which an article stands, or will: sent again after a lost answer, it is the same article. */
export const idOf = (key) => (isNewKey(key) ? key.slice(NEW.length) : key);

export const pathOf = (key, step = "") => `/knowledge/articles/${encodeURIComponent(key)}${step && `/${step}`}`;
export const fetchArticle = (key) => staffCall(pathOf(key));

/** The key of an article that is not there yet; its `content` may name by `translation_of` what it is to translate. */
export function newKey(id, content) {
  begun.set(NEW + id, { content, isUnread: true });
  return NEW + id;
}

/**
 * Reads what `key` names. `article`: null while it is new; `base`: what it said at version `basedOn`, on which the
 * changes stand; `content`: with the changes; `draftAt`: when they were kept, if there are any.
 */
export async function openSheet(key, { me, language }) {
  return isNewKey(key) ? newSheet(key, language) : storedSheet(key, me);
}

/** What was begun in this window and never written on is nowhere else; all other drafts are on the server. */
async function newSheet(key, language) {
  const seed = begun.get(key);
  const draft = seed?.isUnread ? null : (await fetchDrafts()).items.find((one) => one.key === key);
  if (seed) seed.isUnread = false;
  const given = draft?.content ?? seed?.content ?? {};
  const base = blank(given.language ?? language);
  const original = given.translation_of ? await fetchArticle(given.translation_of) : null;
  return {
    key,
    article: null,
    basedOn: null,
    base,
    content: contentOf({ ...base, ...given }),
    draftAt: draft?.at ?? null,
    original,
  };
}

async function storedSheet(key, me) {
  const article = await fetchArticle(key);
  const draft = article.drafts?.some(({ by }) => by.id === me.id) ? await fetchDraft(key) : null;
  if (!draft) return settled(article);
  const basedOn = draft.based_on ?? article.version;
  const base = contentOf(basedOn === article.version ? article : ((await versionAt(key, basedOn)) ?? article));
  const content = contentOf({ ...base, ...draft.content, language: article.language });
  return { key, article, basedOn, base, content, draftAt: draft.at };
}

const versionAt = async (key, version) => (await versionsOf(key)).find((one) => one.version === version);

/** An article of which nothing is changed. */
export function settled(article) {
  const base = contentOf(article);
  return { key: article.id, article, basedOn: article.version, base, content: base, draftAt: null };
}

/** The same changes on the article as it is `now`, where that says what it said before; else null. */
export function rebased(sheet, now) {
  return differing(sheet.base, contentOf(now)).length ? null : { ...sheet, article: now, basedOn: now.version };
}

export const isDirty = (sheet, content) =>
  differing(sheet.base, content).length > 0 || (!sheet.article && sheet.base.language !== content.language);

/** What the server keeps as a draft; null where there is nothing to keep. */
export function draftOf(sheet, content) {
  if (!isDirty(sheet, content)) return { content: null };
  const more = sheet.original ? { translation_of: sheet.original.id } : {};
  return { article_id: sheet.article?.id ?? null, based_on: sheet.basedOn, content: { ...content, ...more } };
}

/** Saves `content`. Throws Refused with the code `conflict` when somebody saved other words before. */
export async function save(sheet, content) {
  if (!sheet.article) {
    const more = sheet.original ? { translation_of: sheet.original.id } : {};
    return staffCall("/knowledge/articles", { method: "POST", body: { ...content, ...more, id: idOf(sheet.key) } });
  }
  try {
    return await put(sheet, content);
  } catch (error) {
    const again = error.code === "conflict" && rebased(sheet, await fetchArticle(sheet.key));
    if (!again) throw error;
    return put(again, content);
  }
}

const put = ({ key, basedOn }, content) =>
  staffCall(pathOf(key), { method: "PUT", body: { ...content, version: basedOn } });

export const step = (key, name, body = {}) => staffCall(pathOf(key, name), { method: "POST", body });

export const versionsOf = async (key) => (await staffCall(pathOf(key, "versions"))).items;

export const otherLanguage = (language) => (language === "en" ? "zh" : "en");

/** The same article in the other language, as `{id, language, status, behind}`, or undefined. */
export function translationOf({ article, original, content }) {
  if (original) return { id: original.id, language: original.language, status: original.status, behind: false };
  return article?.translations?.find((one) => one.language !== content.language);
}
