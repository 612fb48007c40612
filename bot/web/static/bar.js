/** The bar on top of every page but the visitor's: whose product this is, where one may go, the language, and more. */

import { $, el, fillWith, icon } from "./dom.js";
import { showLanguageSwitch } from "./language.js";
import { fill } from "./words.js";

/** Fills `header.bar`. `nav`: the way to other pages; `before` and `after` stand beside the language. */
export function showBar({ nav, before = [], after = [] }) {
  const bar = $("header.bar");
  const language = el("div", { id: "language", class: "switch", role: "group", data: { wordsLabel: "language" } });
  fillWith(
    bar,
    el("span", { class: "brand" }, logo(), el("span", { "aria-hidden": "true" }, "Firebreak")),
    nav,
    el("div", { class: "end" }, before, language, after),
  );
  fill(bar);
  showLanguageSwitch(language);
}

export const navigation = () => el("nav", { id: "nav", data: { wordsLabel: "nav" } });

/** Whether news arrive by themselves; `showConnection` says so. */
export const connectionSign = () => el("span", { id: "connection", class: "connection", data: { words: "staff.reconnecting" } });

export function outButton(signOut) {
  const named = { wordsLabel: "staff.sign-out", wordsTitle: "staff.sign-out" };
  const shape = { id: "sign-out", class: "button quiet square", type: "button" };
  return el("button", { ...shape, data: named, on: { click: signOut } }, icon("out"));
}

const logo = () => el("img", { src: "/static/logo.svg", alt: "Firebreak", width: 30, height: 30 });
