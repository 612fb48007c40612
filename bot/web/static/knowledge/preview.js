/** The article as a customer sees it in the chat; an agent's procedure as a list of steps. */

import { el, fillWith, icon, linesOf } from "../dom.js";
import { richText } from "../rich.js";
import { sentenceOf } from "../staff.js";
import { label, t } from "../words.js";
import { linkWords, post } from "./checks.js";

const QUIET_MS = 300;
const QUIET_LINKS_MS = 1_500;

let timer = 0;
let linkTimer = 0;
let turn = 0;
let latest = null;
let checksLinks = false;
let last = { answer: null, rich: null, links: [] };
const checked = new Map();

/** Draws what is known at once; what is not follows when nobody has typed for a moment. */
export function showPreview(place, { content, writes }) {
  latest = content;
  checksLinks = writes;
  draw(place);
  clearTimeout(timer);
  if (content.answer === last.answer) return;
  timer = setTimeout(() => fetchRich(place, content.answer), last.answer === null ? 0 : QUIET_MS);
}

const isShown = (place) => place.closest("#work").dataset.pane === "preview" && !place.closest("#open").hidden;

async function fetchRich(place, answer) {
  const mine = ++turn;
  try {
    const { rich, links } = answer ? await post("preview", { answer }) : { rich: [], links: [] };
    if (mine !== turn) return;
    last = { answer, rich, links };
    if (isShown(place)) draw(place);
    clearTimeout(linkTimer);
    if (checksLinks) linkTimer = setTimeout(() => checkLinks(place), QUIET_LINKS_MS);
  } catch (error) {
    if (mine === turn && isShown(place)) fillWith(place, el("p", { class: "error" }, sentenceOf(error)));
  }
}

async function checkLinks(place) {
  const urls = last.links.map(({ url }) => url).filter((url) => !checked.has(url));
  if (!urls.length) return;
  const { links } = await post("links/check", { urls }, { timeout: 60_000 }).catch(() => ({ links: [] }));
  for (const link of links) checked.set(link.url, link);
  if (isShown(place)) draw(place);
}

function draw(place) {
  const content = latest;
  const links = last.links.map((link) => checked.get(link.url) ?? link).filter((link) => !isOurPicture(link));
  fillWith(
    place,
    el(
      "div",
      { class: "talked", lang: content.language },
      el("p", { class: "asked" }, content.question || t("preview.question")),
      el("div", { class: "answered" }, answerOf(content)),
    ),
    content.kind === "procedure" && content.steps.length > 0 && stepsOf(content.steps),
    checksLinks &&
      links.length > 0 &&
      el("section", { class: "links" }, el("h2", {}, t("preview.links")), el("ul", {}, ...links.map(linkNode))),
  );
}

function answerOf({ answer }) {
  if (!answer) return el("p", { class: "quiet" }, t("preview.answer"));
  return last.rich ? richText(last.rich) : el("div", {}, linesOf(answer));
}

function stepsOf(steps) {
  const more = ({ team, minutes }) =>
    [team && label("team", team), minutes && t("step.within", { n: minutes })].filter(Boolean).join(" · ");
  const one = (step) =>
    el(
      "li",
      {},
      el("p", {}, step.text),
      more(step) && el("p", { class: "quiet" }, more(step)),
      step.sentence && el("blockquote", {}, step.sentence),
    );
  return el("section", {}, el("h2", {}, t("preview.steps")), el("ol", { class: "procedure" }, ...steps.map(one)));
}

/** It is seen, and need not be named. */
const isOurPicture = ({ url, state }) => url.startsWith("/images/") && state === "ok";

const LINK_ICONS = { ok: "check", unchecked: "clock" };

const linkNode = (link) =>
  el("li", { class: link.state }, icon(LINK_ICONS[link.state] ?? "warning"), el("span", {}, linkWords(link)));
