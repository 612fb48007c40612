/** Who has the visitor's matter now: the line under the title, and the strip with the ticket and its promise. */

import { $, el, fillWith, icon } from "../dom.js";
import { label, moment, t } from "../words.js";

const SETTLED = ["resolved", "closed"];

let standing = { state: "bot", ticket: null };
let agent = null;
let ticketDetails = null;

/** `fetchTicket`: asks for the whole ticket; called when the visitor opens the details. */
export function startStanding(fetchTicket) {
  $("#ticket-more").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    ticketDetails = open ? await fetchTicket().catch(() => null) : null;
    showDetails(open);
  });
}

/** Says whether something changed. */
export function setStanding(state, ticket) {
  const before = JSON.stringify(standing);
  standing = { state: state ?? standing.state, ticket: ticket ?? null };
  showStanding();
  return before !== JSON.stringify(standing);
}

export function setAgent(name) {
  agent = name;
  showStanding();
}

export function showStanding() {
  const { state, ticket } = standing;
  $("#state").textContent = sentence();
  $("#state").dataset.state = state;
  $("#human").hidden = state === "queue" || state === "agent";
  $("#ticket").hidden = !ticket || (state === "bot" && SETTLED.includes(ticket.status));
  $("#ticket").dataset.state = state;
  if (ticket) $("#ticket-line").textContent = ticketLine(ticket, state);
  showDetails($("#ticket-more").getAttribute("aria-expanded") === "true");
}

export function sentence() {
  if (standing.state === "agent") return agent ? t("state.agent.named", { name: agent }) : t("state.agent");
  return t(`state.${standing.state}`);
}

function ticketLine({ number, status, due_at }, state) {
  if (state === "agent" || SETTLED.includes(status) || !due_at) {
    return t("ticket.line", { number, status: label("ticket.status", status) });
  }
  const late = Date.parse(due_at) < Date.now();
  return t(late ? "ticket.late" : "ticket.due", { number, time: moment(due_at) });
}

function showDetails(open) {
  const holder = $("#ticket-details");
  holder.hidden = !open || !ticketDetails;
  if (holder.hidden) return;
  const { next_step, team, timeline = [] } = ticketDetails;
  fillWith(
    holder,
    next_step && el("p", {}, el("b", {}, t("ticket.next")), " ", next_step),
    team && el("p", { class: "team" }, icon("person"), team),
    el("ol", {}, ...timeline.map(step)),
  );
}

function step({ at, text, event }) {
  return el("li", {}, el("time", { datetime: at }, moment(at)), el("span", {}, text || label("event", event)));
}
