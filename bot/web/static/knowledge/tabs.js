/** The strip of tabs that the three pages of the editor's room share. */

import { $, el, fillWith } from "../dom.js";
import { t } from "../words.js";

const TABS = { articles: "/knowledge", inbox: "/knowledge/inbox", import: "/knowledge/import" };

/** Fills `nav.tabs`; `current` names the page's own tab. */
export function showTabs(current) {
  fillWith($("nav.tabs"), ...Object.keys(TABS).map((name) => tab(name, current)));
}

function tab(name, current) {
  const words = el("span", { data: { words: `tab.${name}` } }, t(`tab.${name}`));
  return el("a", { href: TABS[name], "aria-current": name === current && "page", data: { tab: name } }, words);
}
