/** Signs staff in, asks for another password where somebody else chose it, and brings them to where they were going. */

import { Away, call, Refused } from "./api.js";
import { $ } from "./dom.js";
import { showLanguageSwitch } from "./language.js";
import { fill, startWords, t } from "./words.js";

await startWords();
showLanguageSwitch($("#language"));
$("#email").focus();
$("#sign-in").addEventListener("submit", signIn);

async function signIn(event) {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(event.target));
  $("#submit").disabled = true;
  $("#problem").textContent = "";
  try {
    const { staff } = await call("/staff/login", { method: "POST", body: { email: email.trim(), password } });
    if (staff.password === "own") location.assign(destination(staff));
    else askForAnother(password, staff);
  } catch (error) {
    $("#problem").textContent = sentenceFor(error);
    $("#password").select();
  } finally {
    $("#submit").disabled = false;
  }
}

/** A one-time password opens nothing but its change; that of a given one can wait. */
function askForAnother(current, staff) {
  const isGiven = staff.password === "given";
  $("#why").dataset.words = isGiven ? "sign-in.given" : "sign-in.change";
  fill($("#change"));
  $("#sign-in").hidden = true;
  $("#change").hidden = false;
  $("#later").hidden = !isGiven;
  $("#new").focus();
  $("#change").addEventListener("submit", (event) => change(event, current));
  $("#later").addEventListener("click", () => location.assign(destination(staff)));
}

async function change(event, current) {
  event.preventDefault();
  $("#keep").disabled = true;
  $("#refused").textContent = "";
  try {
    const body = { current, new: $("#new").value };
    const { staff } = await call("/staff/password", { method: "POST", body });
    location.assign(destination(staff));
  } catch (error) {
    $("#refused").textContent = error instanceof Refused ? error.message : sentenceFor(error);
    $("#new").select();
  } finally {
    $("#keep").disabled = false;
  }
}

function sentenceFor(error) {
  if (error instanceof Away) return t("staff.away");
  if (!(error instanceof Refused)) throw error;
  if (error.status === 429) return t("sign-in.often", { n: Math.ceil((error.retryAfter ?? 60) / 60) });
  return [401, 403, 404, 422].includes(error.status) ? t("sign-in.wrong") : error.message;
}

/** Where somebody's work is, by the first of these roles that is theirs. */
const HOMES = [
  ["agent", "/desk"],
  ["supervisor", "/alerts"],
  ["editor", "/knowledge"],
];

/** Only a path of this site; a whole address, or `//elsewhere`, is not followed. */
function destination(staff) {
  const wanted = new URLSearchParams(location.search).get("next");
  const address = wanted?.startsWith("/") ? new URL(wanted, location.origin) : null;
  if (address?.origin === location.origin) return address.pathname + address.search + address.hash;
  return HOMES.find(([role]) => staff.roles.includes(role))?.[1] ?? "/desk";
}
