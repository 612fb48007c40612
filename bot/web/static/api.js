/** HTTP calls of every page: JSON in, JSON out, the one error shape as `Refused`, no connection as `Away`. */

const CALL_TIMEOUT_MS = 15_000;
const LARGEST_OUTLIVING = 20_000;

export class Refused extends Error {
  /** `retryAfter`: seconds, where the server named them. */
  constructor(status, { code, message, fields } = {}, retryAfter = null) {
    super(message ?? `HTTP ${status}`);
    Object.assign(this, { status, code, fields, retryAfter });
  }
}

export class Away extends Error {}

/**
 * Calls `/api/v1` + `path`. `body`: JSON, or a `FormData`. `token`: a customer's; staff are known by their cookie.
 * `outlives`: it also arrives when the page is left, if it is small. Throws Refused or Away.
 */
export async function call(path, { method = "GET", body, token, signal, timeout = CALL_TIMEOUT_MS, outlives } = {}) {
  const isForm = body instanceof FormData;
  const content = isForm ? body : body && JSON.stringify(body);
  const keepalive = Boolean(outlives) && (content?.length ?? 0) < LARGEST_OUTLIVING;
  const request = { method, headers: headers(method, token, isForm), body: content, keepalive };
  const answer = await send(path, request, signal, timeout);
  if (answer.status >= 502) throw new Away(`HTTP ${answer.status}`);
  const told = await answer.json().catch(() => null);
  if (answer.ok) return told;
  throw new Refused(answer.status, told?.error, secondsOf(answer.headers.get("Retry-After")));
}

async function send(path, request, signal, timeout) {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), timeout);
  const stop = () => ending.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await fetch(`/api/v1${path}`, { ...request, signal: ending.signal, credentials: "same-origin" });
  } catch (cause) {
    throw new Away(String(cause));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** A form names its own type, with the boundary of its parts. */
function headers(method, token, isForm) {
  const named = { Accept: "application/json" };
  if (token) named.Authorization = `Bearer ${token}`;
  if (method === "GET") return named;
  const csrf = cookie("__Host-firebreak_csrf") ?? cookie("firebreak_csrf");
  return {
    ...named,
    ...(isForm ? {} : { "Content-Type": "application/json" }),
    ...(csrf && !token ? { "X-CSRF-Token": csrf } : {}),
  };
}

function cookie(name) {
  const pair = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : null;
}

function secondsOf(header) {
  if (!header) return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) ? seconds : Math.max(0, (Date.parse(header) - Date.now()) / 1_000);
}

/** The address of a socket below `/api/v1`. */
export function socketAddress(path) {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1${path}`;
}

/** A random id that also exists where the page is not served over HTTPS. */
export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Waits `milliseconds`, or less when `signal` aborts. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Doubling waits from one second to thirty, each a little random so that many pages do not return together. */
export function backOff(attempt) {
  return Math.min(30_000, 1_000 * 2 ** attempt) * (0.7 + Math.random() * 0.6);
}
