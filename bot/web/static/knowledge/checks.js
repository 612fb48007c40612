/** What is looked at before an article is published: its links, and what other articles say of the same. */

import { el, fillWith, icon } from "../dom.js";
import { addressOf } from "../rows.js";
import { staffCall } from "../staff.js";
import { t } from "../words.js";

const PATIENCE_MS = 60_000;

export const post = (path, body, more = {}) => staffCall(`/knowledge/${path}`, { method: "POST", body, ...more });

/** The article as the calls for writing take it. */
export const draftBody = (sheet, content) => (sheet.article ? { ...content, id: sheet.article.id } : content);

/** An element that fills itself as the answers come. What cannot be looked at now is said, and hinders nobody. */
export function checksOf(sheet, content) {
  const place = el(
    "div",
    { class: "checks", "aria-live": "polite" },
    el("p", { class: "quiet" }, t("checks.under-way")),
  );
  const unknown = (words) => () => [el("p", { class: "quiet" }, t(words))];
  Promise.all([
    links(content).catch(unknown("checks.links.unknown")),
    likenesses(sheet, content).catch(unknown("checks.similar.unknown")),
  ]).then(([broken, alike]) => {
    const found = [...broken, ...alike];
    fillWith(place, ...(found.length ? found : [el("p", { class: "good" }, icon("check"), t("checks.nothing"))]));
  });
  return place;
}

async function links({ answer }) {
  const { links: named } = await post("preview", { answer });
  if (!named.length) return [];
  const urls = named.map(({ url }) => url);
  const { links: checked } = await post("links/check", { urls }, { timeout: PATIENCE_MS });
  return checked.filter(({ state }) => state !== "ok").map(linkNode);
}

const linkNode = (link) => el("p", { class: "finding" }, icon("warning"), el("span", {}, linkWords(link)));

export const linkWords = ({ url, state, why }) => t(`link.${state}`, { url, why: why ?? "" });

export async function likenesses(sheet, content) {
  const body = { draft: draftBody(sheet, content) };
  const { duplicates, contradictions } = await post("writing/similar", body, { timeout: PATIENCE_MS });
  return [...duplicates.map(duplicateNode), ...contradictions.map(contradictionNode)];
}

export const articleLink = ({ article_id, question }) =>
  el("a", { href: addressOf(article_id, ""), target: "_blank", rel: "noopener" }, question);

function duplicateNode(found) {
  const why = t(`duplicate.${found.why}`, { wording: found.wording });
  const words = el("span", {}, t("checks.duplicate"), " ", articleLink(found), el("small", {}, why));
  return el("p", { class: "finding" }, icon("article"), words);
}

function contradictionNode(found) {
  const pair = (words, text) => [el("dt", {}, t(words)), el("dd", {}, text)];
  return el(
    "div",
    { class: "finding" },
    icon("warning"),
    el(
      "div",
      {},
      el("p", {}, t(`contradiction.${found.why}`), " ", articleLink(found)),
      el("dl", {}, ...pair("checks.here", found.here), ...pair("checks.there", found.there)),
    ),
  );
}
