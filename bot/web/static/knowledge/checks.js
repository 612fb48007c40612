/** What is looked at before an article is published: its links, and the articles that say the same or something else. */

import { Refused } from "../api.js";
import { el, fillWith, icon } from "../dom.js";
import { addressOf } from "../rows.js";
import { sentenceOf, staffCall } from "../staff.js";
import { t } from "../words.js";

export const post = (path, body, more = {}) => staffCall(`/knowledge/${path}`, { method: "POST", body, ...more });

/** The article as the calls for writing take it. */
export const draftBody = (sheet, content) => (sheet.article ? { ...content, id: sheet.article.id } : content);

/** An element that fills itself as the answers come. What cannot be checked is said, and hinders nobody. */
export function checksOf(sheet, content) {
  const place = el("div", { class: "checks", "aria-live": "polite" }, el("p", { class: "quiet" }, t("checks.under-way")));
  Promise.all([links(content), likenesses(sheet, content)])
    .then(([broken, alike]) => {
      const found = [...broken, ...alike];
      fillWith(place, ...(found.length ? found : [el("p", { class: "quiet" }, t("checks.nothing"))]));
    })
    .catch((error) => fillWith(place, el("p", { class: "quiet" }, sentenceOf(error))));
  return place;
}

async function links({ answer }) {
  const { links: named } = await post("preview", { answer });
  if (!named.length) return [];
  const { links: checked } = await post("links/check", { urls: named.map(({ url }) => url) });
  return checked.filter(({ state }) => state !== "ok").map(linkNode);
}

const linkNode = (link) => el("p", { class: "finding" }, icon("warning"), el("span", {}, linkWords(link)));

export const linkWords = ({ url, state, why }) => t(`link.${state}`, { url, why: why ?? "" });

async function likenesses(sheet, content) {
  try {
    const { duplicates, contradictions } = await post("writing/similar", { draft: draftBody(sheet, content) });
    return [...duplicates.map(duplicateNode), ...contradictions.map(contradictionNode)];
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return [];
    throw error;
  }
}

export const articleLink = ({ article_id, question }) =>
  el("a", { href: addressOf(article_id, ""), target: "_blank", rel: "noopener" }, question);

export const duplicateNode = (found) =>
  el(
    "p",
    { class: "finding" },
    icon("article"),
    el("span", {}, t("checks.duplicate"), " ", articleLink(found), found.why && el("small", {}, found.why)),
  );

export const contradictionNode = (found) =>
  el(
    "div",
    { class: "finding" },
    icon("warning"),
    el(
      "div",
      {},
      el("p", {}, t("checks.contradiction"), " ", articleLink(found)),
      el("dl", {}, el("dt", {}, t("checks.here")), el("dd", {}, found.here), el("dt", {}, t("checks.there")), el("dd", {}, found.there)),
      found.why && el("small", {}, found.why),
    ),
  );
