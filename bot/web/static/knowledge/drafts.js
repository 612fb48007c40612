/**
 * What an editor writes is kept on the server while they write, for them alone. `start(tell)`: `tell(state, at)` with
 * `saving`, `saved`, `away` or `none`.
 */

import { Away, backOff, pause } from "../api.js";
import { staffCall } from "../staff.js";

const QUIET_MS = 700;

const pathOf = (key) => `/knowledge/drafts/${encodeURIComponent(key)}`;

export const fetchDraft = (key) => staffCall(pathOf(key));
export const fetchDrafts = () => staffCall("/knowledge/drafts");
export const dropDraft = (key) => staffCall(pathOf(key), { method: "DELETE" });

export class Autosave {
  #tell;
  #waiting = null;
  #timer = 0;
  #writing = Promise.resolve();
  #failures = 0;

  constructor(tell) {
    this.#tell = tell;
    addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.flush());
    addEventListener("pagehide", () => this.flush());
    addEventListener("beforeunload", (event) => this.#failures && event.preventDefault());
  }

  /** Keeps `content` of `key` soon; null: there is nothing to keep any more. */
  keep(key, { article_id = null, based_on = null, content }) {
    if (this.#waiting && this.#waiting.key !== key) this.flush();
    this.#waiting = { key, body: content && { article_id, based_on, content } };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), QUIET_MS);
  }

  /** Sends what is waiting. Resolves when nothing is under way any more. */
  flush() {
    clearTimeout(this.#timer);
    const { key, body } = this.#waiting ?? {};
    this.#waiting = null;
    if (key) this.#writing = this.#writing.then(() => this.#write(key, body));
    return this.#writing;
  }

  /** What was saved as an article needs no draft any more; what is waiting is not sent. */
  async forget(key) {
    if (this.#waiting?.key === key) this.#waiting = null;
    await this.#writing;
    await dropDraft(key).catch(() => {});
    this.#tell("none");
  }

  async #write(key, body) {
    this.#tell("saving", null, key);
    try {
      const kept = body ? await staffCall(pathOf(key), { method: "PUT", body, outlives: true }) : await dropDraft(key);
      this.#failures = 0;
      this.#tell(body ? "saved" : "none", kept?.at, key);
    } catch (error) {
      await this.#failed(error, key, body);
    }
  }

  /** Where the server is away it is tried again, unless something newer waits. */
  async #failed(error, key, body) {
    this.#tell(error instanceof Away ? "away" : "refused", error, key);
    if (!(error instanceof Away)) return;
    this.#failures += 1;
    await pause(backOff(this.#failures - 1));
    if (!this.#waiting) this.#waiting = { key, body };
    this.flush();
  }
}
