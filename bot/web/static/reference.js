/** The reference: every call that /openapi.json names, by room, with what goes in and what comes out. */

import { showBar } from "./bar.js";
import { $, el, fillWith } from "./dom.js";
import { onKeys } from "./keys.js";
import { shapeOf } from "./shapes.js";
import { label, onLanguage, startWords, t } from "./words.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const JSON_TYPE = "application/json";
const found = new WeakMap();
let paper = { info: {}, paths: {} };

async function read() {
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    paper = await answer.json();
  } catch {
    $("#problem").textContent = t("staff.away");
    return;
  }
  show();
  goToNamed();
}

function show() {
  const open = new Set([...document.querySelectorAll(".call[open]")].map(({ id }) => id));
  const groups = Object.entries(Object.groupBy(callsOf(paper), ({ tag }) => tag));
  $("#version").textContent = paper.info.version ?? "";
  fillWith($("#groups"), groups.map(([tag]) => el("a", { class: "badge", href: `#room-${tag}` }, label("room", tag))));
  fillWith($("#calls"), groups.map(([tag, calls]) => group(tag, calls, open)));
  filter();
}

function callsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const { tags, ...operation } = item[method];
      return { ...operation, method, path, tag: tags?.[0] ?? "other", id: idOf(method, path) };
    }),
  );
}

const idOf = (method, path) => [method, ...path.replace("/api/v1/", "").match(/\w+/g)].join("-");

function group(tag, calls, open) {
  const shown = calls.map((call) => callNode(call, open.has(call.id)));
  return el("section", { class: "group", id: `room-${tag}` }, el("h2", {}, label("room", tag)), shown);
}

function callNode(call, isOpen) {
  const node = el(
    "details",
    { class: "call", id: call.id, open: isOpen },
    el(
      "summary",
      {},
      el("span", { class: "method", data: { method: call.method } }, call.method.toUpperCase()),
      " ",
      el("code", { class: "path" }, breakable(call.path)),
      el("span", { class: "about", lang: "en" }, withCode(call.description ?? call.summary)),
    ),
    el("div", { class: "inside" }, parameters(call), body(call), answers(call), anchor(call)),
  );
  found.set(node, [label("room", call.tag), ...wordsOf(node)].join(" ").toLowerCase());
  return node;
}

/** What the filter looks into. */
const wordsOf = (node) => [...node.querySelectorAll("summary, .name")].map((one) => one.textContent);

/** A path that a narrow window breaks after its slashes. */
const breakable = (path) => path.split("/").flatMap((step, nth) => (nth ? ["/", el("wbr"), step] : [step]));

/** Docstrings mark names by back quotes. */
const withCode = (text) => text.split("`").map((piece, nth) => (nth % 2 ? el("code", {}, piece) : piece));

function parameters({ parameters: given = [] }) {
  if (!given.length) return null;
  const rows = given.map((one) => ({
    ...shape(one.schema),
    name: one.name,
    required: one.required,
    place: t(`reference.in.${one.in}`),
  }));
  return part(t("reference.parameters"), fieldList(rows));
}

function body({ requestBody }) {
  return Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    part(type === JSON_TYPE ? t("reference.body") : `${t("reference.body")} · ${type}`, value(shape(schema))),
  );
}

function answers({ responses = {} }) {
  return part(t("reference.answers"), el("dl", { class: "answers" }, Object.entries(responses).flatMap(answer)));
}

/** Refusals have one shape, so that of each its codes are told. */
function answer([status, { description, content = {} }]) {
  const isRefusal = status >= "400";
  const shapes = Object.values(content).map(({ schema }) => value(withoutRequired(shape(schema))));
  const told = shapes.length && !isRefusal ? shapes : el("p", { class: "about", lang: "en" }, withCode(description));
  return [el("dt", {}, status), el("dd", { class: isRefusal && "refused" }, told)];
}

/** Of what we send ourselves nobody has to be asked for it. */
const withoutRequired = ({ fields, ...rest }) => ({ ...rest, required: false, fields: fields.map(withoutRequired) });

const shape = (schema) => shapeOf(schema, paper.components?.schemas);

const value = ({ type, limits, fields }) =>
  fields.length ? fieldList(fields) : el("p", { class: "traits" }, traits({ type, limits }));

function fieldList(fields) {
  return el("ul", { class: "fields" }, fields.map(fieldRow));
}

function fieldRow(field) {
  return el(
    "li",
    {},
    el("code", { class: "name" }, field.name),
    " ",
    el("span", { class: "traits" }, traits(field)),
    field.about && el("p", { class: "about", lang: "en" }, withCode(field.about)),
    field.fields.length > 0 && fieldList(field.fields),
  );
}

function traits({ type, limits, required, place }) {
  const told = [el("code", {}, type), required && el("b", {}, t("reference.required")), place, ...limits];
  return told.filter(Boolean).flatMap((one, nth) => (nth ? [" · ", one] : [one]));
}

const part = (title, ...children) => el("section", {}, el("h3", {}, title), children);

const anchor = ({ id }) => el("a", { class: "anchor", href: `#${id}` }, t("reference.anchor"));

function filter() {
  const words = $("#filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const calls = [...document.querySelectorAll(".call")];
  for (const call of calls) call.hidden = !words.every((word) => found.get(call).includes(word));
  for (const room of document.querySelectorAll(".group")) room.hidden = !$(".call:not([hidden])", room);
  const n = calls.filter((call) => !call.hidden).length;
  $("#count").textContent = n ? t("reference.count", { n, all: calls.length }) : t("reference.none");
}

/** Opens and shows what the address names, also where the filter hides it. */
function goToNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!named?.matches(".call, .group")) return;
  if (named.hidden) {
    $("#filter").value = "";
    filter();
  }
  if (named.matches(".call")) named.open = true;
  named.scrollIntoView();
  $("summary", named).focus({ preventScroll: true });
}

await startWords();
showBar({ before: el("a", { class: "button quiet", href: "/openapi.json", data: { words: "reference.raw" } }) });
onLanguage(show);
onKeys({ "/": () => $("#filter").focus() });
$("#filter").addEventListener("input", filter);
$("#search").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", goToNamed);
await read();
