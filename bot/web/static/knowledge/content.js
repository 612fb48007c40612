/** What an article says, as an editor gives it: its fields, what is empty, what differs. */

import { label, stamp, t } from "../words.js";

/** In the order in which they stand on the page. */
const FIELDS = [
  "question",
  "answer",
  "steps",
  "variants",
  "kind",
  "audience",
  "team",
  "category",
  "tags",
  "valid_from",
  "valid_until",
  "review_by",
];

const EMPTY = {
  question: "",
  variants: [],
  answer: "",
  steps: [],
  kind: "answer",
  audience: "public",
  team: null,
  category: null,
  tags: [],
  valid_from: null,
  valid_until: null,
  review_by: null,
};
const MOMENTS = ["valid_from", "valid_until", "review_by"];

export const blank = (language) => ({ language, ...EMPTY });

/** The content of an article, a version or a draft, whole and tidy. */
export function contentOf(source) {
  const given = Object.fromEntries(FIELDS.map((name) => [name, source[name] ?? EMPTY[name]]));
  return {
    language: source.language,
    ...given,
    question: given.question.trim(),
    answer: given.answer.trim(),
    category: given.category?.trim() || null,
    team: given.team || null,
    variants: unique(given.variants),
    tags: unique(given.tags),
    steps: given.steps.map(tidyStep).filter((step) => step.text || step.sentence),
    ...Object.fromEntries(MOMENTS.map((name) => [name, given[name] && new Date(given[name]).toISOString()])),
  };
}

const unique = (lines) => [...new Set(lines.map((line) => line.trim()).filter(Boolean))];

function tidyStep({ text, team, minutes, sentence }) {
  return {
    text: (text ?? "").trim(),
    team: team || null,
    minutes: minutes ?? null,
    sentence: sentence?.trim() || null,
  };
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The fields in which two contents differ. */
export const differing = (one, other) => FIELDS.filter((name) => !isSame(one[name], other[name]));

/** What must be there before anything can be saved: the sentence for each field that lacks it. */
export function missing(content) {
  const lacking = ["question", "answer"].filter((name) => !content[name]);
  return Object.fromEntries(lacking.map((name) => [name, t(`missing.${name}`)]));
}

/** A field's value as lines to read. */
export function valueWords(name, value) {
  if (value === null || value === "" || value?.length === 0) return t("field.empty");
  if (name === "steps") return value.map(stepWords).join("\n");
  if (Array.isArray(value)) return value.join(name === "tags" ? t("comma") : "\n");
  if (MOMENTS.includes(name)) return stamp(value);
  return ["kind", "audience", "team"].includes(name) ? label(name, value) : value;
}

function stepWords({ text, team, minutes, sentence }, place) {
  const more = [
    team && label("team", team),
    minutes && t("step.within", { n: minutes }),
    sentence && t("quoted", { what: sentence }),
  ];
  return [`${place + 1}. ${text}`, ...more.filter(Boolean)].join(" · ");
}
