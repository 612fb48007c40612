/** The list of messages on the page: stored ones by their number, then ours on their way, then who is typing. */

import { el, Nodes, syncChildren } from "../dom.js";
import { currentLanguage, dayOf } from "../words.js";
import { dayEntry, pendingEntry, storedEntry, typingEntry } from "./bubbles.js";

const TOGETHER_MS = 180_000;
const TYPING_MS = 6_000;
const NEAR_END_PX = 120;

export class Thread {
  #list;
  #scroller;
  #newer;
  #on;
  #nodes = new Nodes();
  #stored = new Map();
  #pending = new Map();
  #rated = {};
  #typing = null;
  #notice = null;
  #follows = true;

  /** `on`: `choose(choice)`, `rate(message, helpful)`, `retry(id)`, `discard(id)`. */
  constructor({ list, scroller, newer }, on) {
    this.#list = list;
    this.#scroller = scroller;
    this.#newer = newer;
    this.#on = on;
    newer.addEventListener("click", () => this.#toEnd());
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#follows && this.#toEnd()).observe(scroller);
  }

  get isEmpty() {
    return this.#stored.size + this.#pending.size === 0;
  }

  get lastSeq() {
    return Math.max(0, ...this.#stored.keys());
  }

  put(message) {
    this.#stored.set(message.seq, message);
    if (message.author !== "customer") this.#typing = this.#notice = null;
    this.draw();
  }

  putPending(item) {
    const isNew = !this.#pending.has(item.id);
    this.#pending.set(item.id, item);
    this.draw(isNew);
  }

  /** One of ours was stored: it takes its number, and the sentence that the server gave with it is shown once. */
  settle(item, { seq, message_id, received_at }, notice) {
    this.#pending.delete(item.id);
    this.#stored.set(
      seq,
      this.#stored.get(seq) ?? { ...item, seq, message_id, author: "customer", kind: "text", at: received_at },
    );
    this.#notice = notice ?? this.#notice;
    this.draw();
  }

  dropPending(id) {
    this.#pending.delete(id);
    this.draw();
  }

  setRated(rated) {
    this.#rated = rated;
    this.draw();
  }

  showTyping(author) {
    if (author === "customer") return;
    clearTimeout(this.#typing?.timer);
    this.#typing = { author, timer: setTimeout(() => ((this.#typing = null), this.draw()), TYPING_MS) };
    this.draw();
  }

  clear() {
    this.#stored.clear();
    this.#nodes.clear();
    this.#notice = this.#typing = null;
    this.draw();
  }

  /** Draws everything anew, keeping the reader's place unless they are at the end or `toEnd`. */
  draw(toEnd = false) {
    const follow = toEnd || this.#follows;
    const before = this.#list.childElementCount;
    syncChildren(this.#list, this.#entries());
    if (follow) this.#toEnd();
    else if (this.#list.childElementCount > before) this.#newer.hidden = false;
  }

  #entries() {
    const messages = [...this.#stored.values()].sort((a, b) => a.seq - b.seq);
    const lastOwn = messages.findLast((message) => message.author === "customer")?.seq ?? 0;
    const nodes = messages.flatMap((message, index) => [
      this.#dayNode(messages[index - 1], message),
      this.#storedNode(message, messages[index - 1], lastOwn),
    ]);
    nodes.push(...[...this.#pending.values()].map((item) => this.#pendingNode(item)));
    markLast(nodes);
    return [...nodes, this.#noticeNode(), this.#typingNode()].filter(Boolean);
  }

  #storedNode(message, before, lastOwn) {
    const choosable = message.seq > lastOwn && this.#pending.size === 0;
    const rated = this.#rated[message.seq];
    const context = { choosable, rated, choose: this.#on.choose, rate: this.#on.rate };
    const shows = [message, rated, currentLanguage(), message.choices && choosable];
    const node = this.#nodes.of(message.seq, shows, () => storedEntry(message, context));
    node.classList.toggle("follows", belongsTo(before, message));
    return node;
  }

  #pendingNode(item) {
    return this.#nodes.of(item.id, [item.state, item.limited, currentLanguage()], () => pendingEntry(item, this.#on));
  }

  #dayNode(before, message) {
    const day = new Date(message.at).toDateString();
    if (before && new Date(before.at).toDateString() === day) return null;
    return this.#nodes.of(day, dayOf(message.at), () => dayEntry(dayOf(message.at)));
  }

  #noticeNode() {
    if (!this.#notice) return null;
    return this.#nodes.of("notice", this.#notice, () => el("li", { class: "entry notice" }, el("p", {}, this.#notice)));
  }

  #typingNode() {
    if (!this.#typing) return null;
    const { author } = this.#typing;
    return this.#nodes.of("typing", [author, currentLanguage()], () => typingEntry(author));
  }

  #scrolled() {
    this.#follows = this.#nearEnd;
    if (this.#follows) this.#newer.hidden = true;
  }

  get #nearEnd() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#follows = true;
    this.#newer.hidden = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}

function belongsTo(before, message) {
  return before?.author === message.author && Date.parse(message.at) - Date.parse(before.at) < TOGETHER_MS;
}

/** Only the last of ours spells its state out; on the others the mark is enough. */
function markLast(nodes) {
  const last = nodes.findLast((node) => node?.classList.contains("own"));
  for (const node of nodes) node?.classList.toggle("last", node === last);
}
