/**
 * A list of things, one of them open. The open one is named by the address's `#`, and what the list is asked for by a
 * `?` after it, so Back and links work.
 */

import { $, el, show, syncChildren } from "./dom.js";

export const opened = () => decodeURIComponent(location.hash.slice(1).split("?")[0]);

/** What the address asks of the list, as a query. */
export const askedFor = () => location.hash.split("?")[1] ?? "";

export const addressOf = (key, query = askedFor()) => `#${encodeURIComponent(key)}${query && `?${query}`}`;

export function open(key) {
  location.hash = addressOf(key);
}

export function close() {
  location.hash = addressOf("");
}

const PAGE = 50;
const LONGEST_PAGE = 200;

/** The query of a list's next page after `cursor`; without one, of its beginning, as long as what is `shown` already. */
export function pageQuery(shown, { cursor, ...asked }) {
  const limit = cursor ? PAGE : Math.min(LONGEST_PAGE, Math.max(PAGE, shown));
  const named = Object.entries({ ...asked, cursor, limit }).filter(([, value]) => value);
  return new URLSearchParams(named);
}

/** `items` and then `more`, each once: what has moved while the list was read stands where it was read last. */
export function merged(items, more, key) {
  const fresh = new Set(more.map((item) => item[key]));
  return [...items.filter((item) => !fresh.has(item[key])), ...more];
}

export class Rows {
  #list;
  #keyOf;
  #paint;
  #known = new Map();
  #keys = [];

  /** `keyOf(item)` names a row; `paint(item)` gives the nodes that it shows. */
  constructor(list, keyOf, paint) {
    this.#list = list;
    this.#keyOf = keyOf;
    this.#paint = paint;
  }

  /** Shows `items` in their order. A row's link stays the same element, so focus survives every change. */
  show(items) {
    this.#keys = items.map((item) => String(this.#keyOf(item)));
    syncChildren(
      this.#list,
      items.map((item) => this.#row(item)),
    );
    this.markOpen();
  }

  markOpen() {
    for (const [key, { link }] of this.#known) {
      if (key === opened()) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /** Opens the row `step` further than the open one, or the first. */
  move(step) {
    const place = this.#keys.indexOf(opened());
    const next = this.#keys[place < 0 ? 0 : Math.min(this.#keys.length - 1, Math.max(0, place + step))];
    if (next === undefined) return;
    open(next);
    this.#known.get(next).link.scrollIntoView({ block: "nearest" });
  }

  focusOpen() {
    this.#known.get(opened())?.link.focus();
  }

  #row(item) {
    const key = String(this.#keyOf(item));
    const row = this.#known.get(key) ?? this.#newRow(key);
    const { shows, nodes } = this.#paint(item);
    row.link.setAttribute("href", addressOf(key));
    show(row.link, shows, nodes);
    return row.node;
  }

  #newRow(key) {
    const link = el("a", { class: "row" });
    const row = { link, node: el("li", {}, link) };
    this.#known.set(key, row);
    return row;
  }
}

/** On a narrow page the list and the open thing are two views. */
export function showView() {
  $("main").dataset.view = opened() ? "card" : "list";
}
