/** One's own account: another password, and where one is signed in. */

import { Refused } from "./api.js";
import { $, el, fillWith } from "./dom.js";
import { sentenceOf, showConnection, staffCall, startStaffPage, toast } from "./staff.js";
import { label, onLanguage, stamp, t } from "./words.js";

let me = await startStaffPage("account");
let sessions = [];

async function start() {
  $("#change").addEventListener("submit", change);
  onLanguage(draw);
  draw();
  await load();
}

async function load() {
  try {
    sessions = (await staffCall("/staff/sessions")).items;
    showConnection(true);
    draw();
  } catch (error) {
    showConnection(false);
    toast(sentenceOf(error));
  }
}

function draw() {
  $("#who").textContent = [me.name, ...me.roles.map((role) => label("role", role))].join(" · ");
  $("#given").hidden = me.password !== "given";
  fillWith($("#sessions"), sessions.map(sessionNode));
}

async function change(event) {
  event.preventDefault();
  $("#keep").disabled = true;
  $("#refused").textContent = "";
  try {
    const body = { current: $("#current").value, new: $("#new").value };
    me = (await staffCall("/staff/password", { method: "POST", body })).staff;
    event.target.reset();
    toast(t("account.changed"));
    await load();
  } catch (error) {
    $("#refused").textContent = refusal(error);
    $(error.fields?.current ? "#current" : "#new").select();
  } finally {
    $("#keep").disabled = false;
  }
}

/** What is wrong with a password only the server's own sentence says. */
const refusal = (error) => (error instanceof Refused && error.status === 422 ? error.message : sentenceOf(error));

function sessionNode(one) {
  const { id, this: here, created_at, seen_at } = one;
  const times = { since: stamp(created_at), seen: stamp(seen_at) };
  return el(
    "li",
    { data: { session: id } },
    el("span", {}, t("session.line", times)),
    here ? el("b", { class: "badge" }, t("session.this")) : endButton(id, times.since),
  );
}

function endButton(id, since) {
  const named = { type: "button", class: "button", "aria-label": t("session.end.named", { since }) };
  return el("button", { ...named, on: { click: () => end(id) } }, t("session.end"));
}

async function end(id) {
  try {
    await staffCall(`/staff/sessions/${id}`, { method: "DELETE" });
    toast(t("session.ended"));
  } catch (error) {
    toast(sentenceOf(error));
  }
  await load();
  $("#sessions").focus();
}

start();
