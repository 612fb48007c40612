/** What the staff's pages share: who is signed in, the bar on top, signing out, and calls that lead to the sign-in page. */

import { Away, call, Refused } from "./api.js";
import { connectionSign, navigation, outButton, showBar } from "./bar.js";
import { $, announce, el, fillWith, icon } from "./dom.js";
import { forget } from "./keep.js";
import { giveNames, known, startWords, t } from "./words.js";

const TOAST_MS = 6_000;
const PAGES = {
  desk: ["agent", "lead", "supervisor", "admin"],
  alerts: ["supervisor", "quality", "lead", "admin"],
  knowledge: ["editor", "agent", "lead", "quality", "supervisor", "admin"],
  learning: ["editor", "admin"],
  operations: ["supervisor", "admin"],
};

/** Writes the words and the bar; gives whoever is signed in, or leaves for the sign-in page. */
export async function startStaffPage(current) {
  await startWords();
  const who = el("a", { id: "me", class: "me", href: "/account", "aria-current": current === "account" && "page" });
  showBar({ nav: navigation(), before: connectionSign(), after: [who, outButton(signOut)] });
  const [me] = await Promise.all([staffCall("/staff/me"), fetchNames()]);
  fillWith(who, icon("person"), el("span", {}, me.name));
  $("#nav").replaceChildren(
    ...Object.keys(PAGES)
      .filter((page) => mayOpen(me, page))
      .map((page) => navLink(page, current)),
  );
  return me;
}

/** What the shop's policy names stands there alone, in every language. */
async function fetchNames() {
  const [teams, topics] = await Promise.all([staffCall("/desk/teams"), staffCall("/alerts/topics")]);
  giveNames("team", teams.items);
  giveNames("department", teams.departments);
  giveNames("topic", topics.items);
}

export const mayOpen = (me, page) => PAGES[page].some((role) => me.roles.includes(role));

function navLink(page, current) {
  const words = el("span", { data: { words: `nav.${page}` } }, t(`nav.${page}`));
  return el("a", { href: `/${page}`, "aria-current": page === current && "page", data: { page } }, words);
}

async function signOut() {
  await call("/staff/logout", { method: "POST" }).catch(() => {});
  forget("drafts", "sessionStorage");
  location.assign("/sign-in");
}

/** As `call`, but whoever is not signed in, or by a one-time password, is sent to sign in and brought back. */
export async function staffCall(path, options) {
  try {
    return await call(path, options);
  } catch (error) {
    const signsIn = error instanceof Refused && (error.status === 401 || error.code === "password_change_needed");
    if (!signsIn) throw error;
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);
    return new Promise(() => {});
  }
}

/** A sentence for whatever went wrong. */
export function sentenceOf(error) {
  if (error instanceof Away) return t("staff.away");
  if (error instanceof Refused)
    return known(`error.${error.code}`) ? t(`error.${error.code}`, { message: error.message }) : error.message;
  throw error;
}

let toastTimer = 0;

/** Shows a sentence for some seconds, and speaks it. */
export function toast(sentence) {
  const place = $("#toast");
  clearTimeout(toastTimer);
  place.textContent = sentence;
  place.hidden = false;
  toastTimer = setTimeout(() => (place.hidden = true), TOAST_MS);
  announce(sentence);
}

export function showConnection(isLive) {
  const place = $("#connection");
  place.dataset.live = isLive;
  place.dataset.words = isLive ? "staff.live" : "staff.reconnecting";
  place.textContent = t(place.dataset.words);
}
