/** The visitor's messages on their way: kept until acknowledged, sent one after the other, a resend under the same id. */

import { Away, backOff, pause, randomId, Refused } from "../api.js";
import { keep, kept } from "../keep.js";

const ACK_TIMEOUT_MS = 6_000;
const SERVER_ERROR_TRIES = 3;

export class Outbox {
  #session;
  #link;
  #on;
  #items = (kept("outbox") ?? []).map(asKept);
  #acks = new Map();
  #sleep = null;
  #busy = false;

  /** `on`: `change(item)`, `delivered(item, ack)`. An item's `state` is "waiting", "sending" or "failed". */
  constructor(session, link, on) {
    this.#session = session;
    this.#link = link;
    this.#on = on;
  }

  get items() {
    return [...this.#items];
  }

  add(text, choice) {
    const item = { id: randomId(), text, choice, at: new Date().toISOString(), state: "sending", tries: 0 };
    this.#items.push(item);
    this.#keep();
    this.#on.change(item);
    this.flush();
  }

  retry(id) {
    const item = this.#items.find((one) => one.id === id);
    if (!item) return;
    item.tries = 0;
    this.#mark(item, "sending");
    this.flush();
  }

  /** Forgets a message that could not be sent. */
  discard(id) {
    this.#items = this.#items.filter((one) => one.id !== id || one.state !== "failed");
    this.#keep();
  }

  /** The server has it: by an ack, or by the message itself coming back. */
  acked(ack) {
    this.#acks.get(ack.client_message_id)?.(ack);
  }

  /** The socket refused what is on its way; HTTP will say why, and for how long. */
  refused() {
    for (const settle of this.#acks.values()) settle(null);
  }

  wake() {
    this.#sleep?.abort();
    this.flush();
  }

  async flush() {
    if (this.#busy) return;
    this.#busy = true;
    for (let item; (item = this.#items.find((one) => one.state !== "failed"));) await this.#attempt(item);
    this.#busy = false;
  }

  async #attempt(item) {
    try {
      this.#mark(item, "sending");
      const ack = (await this.#bySocket(item)) ?? (await this.#byCall(item));
      this.#items = this.#items.filter((one) => one !== item);
      this.#keep();
      this.#on.delivered(item, ack);
    } catch (error) {
      await this.#afterFailure(item, error);
    }
  }

  #bySocket(item) {
    if (!this.#link.send({ type: "message", ...wireOf(item) })) return null;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), ACK_TIMEOUT_MS);
      const settle = (ack) => {
        clearTimeout(timer);
        this.#acks.delete(item.id);
        resolve(ack);
      };
      this.#acks.set(item.id, settle);
    });
  }

  #byCall(item) {
    return this.#session.call("/messages", { method: "POST", body: wireOf(item) });
  }

  async #afterFailure(item, error) {
    item.tries += 1;
    if (isFinal(item, error)) {
      item.problem = error.message;
      this.#mark(item, "failed");
      return this.#keep();
    }
    this.#holdAll(error.status === 429);
    this.#sleep = new AbortController();
    const seconds = error.retryAfter;
    await pause(seconds ? seconds * 1_000 : backOff(item.tries - 1), seconds ? null : this.#sleep.signal);
  }

  /** What stands behind the waiting one waits with it. */
  #holdAll(limited) {
    for (const item of this.#items.filter((one) => one.state !== "failed")) {
      item.limited = limited;
      this.#mark(item, "waiting");
    }
  }

  #mark(item, state) {
    item.state = state;
    this.#on.change(item);
  }

  #keep() {
    keep("outbox", this.#items);
  }
}

/** No connection, "too many" and "not just now" pass by themselves; what the server cannot take, or cannot do three times, needs the visitor. */
function isFinal(item, error) {
  if (error instanceof Away) return false;
  if (!(error instanceof Refused)) throw error;
  if (error.status === 429 || error.status === 503) return false;
  return error.status < 500 || item.tries >= SERVER_ERROR_TRIES;
}

/** A message found in the browser: what had failed still has, all else is to be sent. */
function asKept(item) {
  return { ...item, state: item.state === "failed" ? "failed" : "waiting", tries: 0 };
}

function wireOf({ id, text, choice }) {
  return { client_message_id: id, text, ...(choice ? { choice } : {}) };
}
