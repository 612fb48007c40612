/** What keeps the page in step with the conversation: a WebSocket, and long polling while there is none. */

import { backOff, pause, socketAddress } from "../api.js";

const PING_MS = 25_000;
const SILENCE_MS = 60_000;
const POLL_SECONDS = 25;
const POLL_TIMEOUT_MS = 35_000;

export class Link {
  #session;
  #on;
  #socket = null;
  #running = null;
  #resumed = false;
  #lastSeq = 0;
  #own = new Set();
  #heardAt = 0;
  #sleep = null;
  #polling = null;

  /** `on`: `message(message, isHistory)`, `state(state, ticket)`, `typing(author)`, `ack(ack)`, `error(error)`, `condition("open"|"polling"|"away")`. */
  constructor(session, on) {
    this.#session = session;
    this.#on = on;
    setInterval(() => this.#ping(), PING_MS);
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  /** Begins, once there is a conversation; calling it again does nothing. `resumed`: what is there already is history. */
  async start(resumed = false) {
    if (this.#running) return;
    const run = (this.#running = {});
    this.#resumed = resumed;
    for (let failures = 0; this.#running === run;) {
      failures = (await this.#listen()) ? 0 : failures + 1;
      if (this.#running !== run) return;
      this.#poll();
      await this.#rest(backOff(failures));
    }
  }

  /** Forgets the conversation; `start` begins with the next one. */
  reset() {
    this.#running = null;
    this.#lastSeq = 0;
    this.#own.clear();
    this.#polling?.abort();
    this.#socket?.close();
    this.#sleep?.abort();
  }

  wake() {
    this.#sleep?.abort();
    if (this.isOpen && Date.now() - this.#heardAt > PING_MS) this.#ping();
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Says whether the frame went out; an answer may still never come. */
  send(frame) {
    if (this.isOpen) this.#socket.send(JSON.stringify(frame));
    return this.isOpen;
  }

  /** Catches up, opens the socket and resolves when it has closed again: true if it had ever been open. */
  async #listen() {
    const run = this.#running;
    const held = await this.catchUp()
      .then(() => this.#session.ready())
      .catch(() => null);
    if (!held || this.#running !== run) return false;
    const path = `/conversations/${held.conversation_id}/ws?after_seq=${this.#lastSeq}`;
    const socket = new WebSocket(socketAddress(path), [`bearer.${held.token}`]);
    this.#socket = socket;
    return new Promise((resolve) => {
      let opened = false;
      socket.onopen = () => ((opened = true), this.#opened());
      socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
      socket.onclose = () => resolve(opened);
    });
  }

  #opened() {
    this.#heardAt = Date.now();
    this.#polling?.abort();
    this.#on.condition("open");
  }

  #receive(frame) {
    this.#heardAt = Date.now();
    const handlers = {
      message: () => this.#take([frame.message]),
      state: () => this.#on.state(frame.state, frame.ticket),
      typing: () => this.#on.typing(frame.author),
      ack: () => this.#acked(frame),
      error: () => this.#on.error(frame.error),
    };
    handlers[frame.type]?.();
  }

  /** What went out by this socket does not come back by it. */
  #acked(ack) {
    this.#own.add(ack.seq);
    this.#on.ack(ack);
  }

  /** Numbers have no gaps, so a message beyond the next one means that some were missed: they are fetched. */
  #take(messages, isHistory = false) {
    for (const message of messages) {
      while (this.#own.delete(this.#lastSeq + 1)) this.#lastSeq += 1;
      if (message.seq > this.#lastSeq + 1) return void this.catchUp().catch(() => {});
      this.#lastSeq = Math.max(this.#lastSeq, message.seq);
      this.#on.message(message, isHistory);
    }
  }

  /** Fetches what is newer than the last message seen. */
  async catchUp(wait = 0, signal) {
    const since = this.#lastSeq;
    const path = `/messages?after_seq=${since}&wait=${wait}`;
    const news = await this.#session.call(path, { signal, timeout: POLL_TIMEOUT_MS });
    if (signal?.aborted) return;
    this.#lastSeq = Math.max(this.#lastSeq, (news.messages[0]?.seq ?? 1) - 1);
    this.#take(news.messages, since === 0 && this.#resumed);
    this.#on.state(news.state, news.ticket);
  }

  async #poll() {
    if (this.#polling && !this.#polling.signal.aborted) return;
    const { signal } = (this.#polling = new AbortController());
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.catchUp(failures ? 0 : POLL_SECONDS, signal);
        failures = 0;
        if (!signal.aborted) this.#on.condition("polling");
      } catch {
        if (!signal.aborted) this.#on.condition("away");
        await pause(backOff(failures++), signal);
      }
      await pause(250, signal);
    }
  }

  async #rest(milliseconds) {
    this.#sleep = new AbortController();
    await pause(milliseconds, this.#sleep.signal);
  }

  /** Also has the token renewed when that is due, so that there is a good one when the server closes for the old one's end. */
  #ping() {
    if (!this.isOpen) return;
    this.#session.ready().catch(() => {});
    if (Date.now() - this.#heardAt > SILENCE_MS) this.#socket.close();
    else this.#socket.send('{"type":"ping"}');
  }
}
