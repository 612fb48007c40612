/** The visitor's one conversation: made when first needed, kept by the browser, its token renewed in time. */

import { Away, call, randomId, Refused } from "../api.js";
import { forget, keep, kept } from "../keep.js";
import { currentLanguage } from "../words.js";

const GONE = [401, 404];

export class Session {
  #making = null;
  #onLost;

  /** `onLost` is called when the kept conversation is no longer ours; the next call begins another. */
  constructor(onLost) {
    this.#onLost = onLost;
  }

  get held() {
    return kept("conversation");
  }

  /** The conversation with a token that is good for a while; several callers share one making. */
  async ready() {
    const held = this.held;
    if (held && Date.now() < held.renew_at) return held;
    this.#making ??= (held ? this.#renew(held) : this.#begin()).finally(() => (this.#making = null));
    return this.#making;
  }

  /** Calls a path below the conversation. A token that is refused is renewed once; Away is thrown where that fails too. */
  async call(path, options = {}) {
    const held = await this.ready();
    try {
      return await this.#below(held, path, options);
    } catch (error) {
      if (!(error instanceof Refused && GONE.includes(error.status))) throw error;
      const renewed = await this.#renew(held);
      if (error.status === 401) return this.#below(renewed, path, options);
      throw error;
    }
  }

  #below(held, path, options) {
    return call(`/conversations/${held.conversation_id}${path}`, { ...options, token: held.token });
  }

  async #begin() {
    const body = { channel: "web", language: currentLanguage(), visitor_id: visitor() };
    return hold(await call("/conversations", { method: "POST", body }));
  }

  async #renew(held) {
    try {
      const fresh = await this.#below(held, "/token", { method: "POST" });
      return hold({ ...held, ...fresh });
    } catch (error) {
      if (!(error instanceof Refused && GONE.includes(error.status))) throw error;
      this.#lose(held);
      throw new Away("the conversation is no longer ours");
    }
  }

  #lose(lost) {
    if (this.held?.conversation_id !== lost.conversation_id) return;
    forget("conversation");
    this.#onLost();
  }
}

/** Renewal is due when half of the token's life is over. */
function hold({ conversation_id, token, expires_at }) {
  const now = Date.now();
  const held = { conversation_id, token, renew_at: now + (Date.parse(expires_at) - now) / 2 };
  keep("conversation", held);
  return held;
}

function visitor() {
  const known = kept("visitor") ?? randomId();
  keep("visitor", known);
  return known;
}
