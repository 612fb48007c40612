/** What an editor writes is kept on the server while they write, for them alone. */

import { Away, backOff } from "../api.js";
import { staffCall } from "../staff.js";

const QUIET_MS = 700;

const pathOf = (key) => `/knowledge/drafts/${encodeURIComponent(key)}`;
const drop = (key) => staffCall(pathOf(key), { method: "DELETE" });

export const fetchDraft = (key) => staffCall(pathOf(key));
export const fetchDrafts = () => staffCall("/knowledge/drafts");

export class Autosave {
  #tell;
  #waiting = new Map();
  #timer = 0;
  #writing = Promise.resolve();
  #failures = 0;

  /** `tell(state, at, key)` hears how it goes: `saving`, `saved`, `away` (it is tried again), `refused`, `none`. */
  constructor(tell) {
    this.#tell = tell;
    addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.flush());
    addEventListener("pagehide", () => this.flush());
    addEventListener("beforeunload", (event) => this.#failures && event.preventDefault());
  }

  /** Keeps `content` of `key` soon; null: there is nothing to keep any more. */
  keep(key, { article_id = null, based_on = null, content }) {
    this.#waiting.set(key, content && { article_id, based_on, content });
    this.#flushIn(QUIET_MS);
  }

  #flushIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), milliseconds);
  }

  /** Sends what is waiting. Resolves when it has arrived, or waits to be tried again. */
  flush() {
    clearTimeout(this.#timer);
    const items = [...this.#waiting];
    this.#waiting.clear();
    for (const [key, body] of items) this.#writing = this.#writing.then(() => this.#write(key, body));
    return this.#writing;
  }

  /** What was saved as an article needs no draft any more. */
  async forget(key) {
    await this.#writing;
    this.#waiting.delete(key);
    await drop(key).catch(() => this.keep(key, { content: null }));
  }

  async #write(key, body) {
    this.#tell("saving", null, key);
    try {
      const kept = body ? await staffCall(pathOf(key), { method: "PUT", body, outlives: true }) : await drop(key);
      this.#failures = 0;
      this.#tell(body ? "saved" : "none", kept?.at, key);
    } catch (error) {
      this.#failed(error, key, body);
    }
  }

  /** Where the server is away it is tried again, unless something newer waits. */
  #failed(error, key, body) {
    const isAway = error instanceof Away;
    this.#tell(isAway ? "away" : "refused", null, key);
    if (!isAway) return;
    if (!this.#waiting.has(key)) this.#waiting.set(key, body);
    this.#failures += 1;
    this.#flushIn(backOff(this.#failures - 1));
  }
}
