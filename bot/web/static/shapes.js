/** What a JSON schema says of a value: its type, its limits, the fields inside it. Types read as in code. */

import { t } from "./words.js";

/**
 * `{type, limits, fields, about}`; each of `fields` is the same with `name` and `required`.
 * `named`: the document's shapes by name; `above`: the names on the way here, so that a shape that holds itself ends.
 */
export function shapeOf(schema = {}, named = {}, above = []) {
  if (schema.$ref) return referred(schema.$ref.split("/").pop(), named, above);
  if (schema.anyOf) return anyOf(schema, named, above);
  if (schema.type === "array") return listOf(schema, named, above);
  return {
    type: typeOf(schema, named, above),
    limits: limitsOf(schema),
    fields: fieldsOf(schema, named, above),
    about: schema.description,
  };
}

function referred(name, named, above) {
  if (above.includes(name) || !named[name]) return { type: name, limits: [], fields: [] };
  return shapeOf(named[name], named, [...above, name]);
}

function anyOf(schema, named, above) {
  const shapes = schema.anyOf.map((one) => shapeOf(one, named, above));
  return {
    type: shapes.map(({ type }) => type).join(" | "),
    limits: [...shapes.flatMap(({ limits }) => limits), ...limitsOf(schema)],
    fields: shapes.flatMap(({ fields }) => fields),
    about: schema.description ?? shapes.map(({ about }) => about).find(Boolean),
  };
}

function listOf(schema, named, above) {
  const one = shapeOf(schema.items, named, above);
  const each = one.limits.map((limit) => t("reference.each", { limit }));
  return { ...one, type: `[${one.type}]`, limits: [...limitsOf(schema), ...each], about: schema.description };
}

function typeOf(schema, named, above) {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const values = schema.additionalProperties;
  if (values?.type || values?.$ref) return `{string: ${shapeOf(values, named, above).type}}`;
  return [schema.type ?? "any", schema.format && `(${schema.format})`].filter(Boolean).join(" ");
}

function limitsOf(schema) {
  return [
    counted("reference.characters", schema.minLength, schema.maxLength),
    counted("reference.entries", schema.minItems, schema.maxItems),
    between(schema.minimum, schema.maximum),
    schema.exclusiveMinimum !== undefined && `> ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum !== undefined && `< ${schema.exclusiveMaximum}`,
    schema.pattern,
    "default" in schema && t("reference.default", { value: JSON.stringify(schema.default) }),
  ].filter(Boolean);
}

function counted(key, least, most) {
  const range = between(least, most);
  return range && t(key, { range, n: most ?? least });
}

function between(least, most) {
  if (least === undefined) return most === undefined ? null : `≤ ${figure(most)}`;
  return most === undefined ? `≥ ${figure(least)}` : `${figure(least)}–${figure(most)}`;
}

const figure = (number) => number.toLocaleString("en");

function fieldsOf(schema, named, above) {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).map(([name, inner]) => ({
    ...shapeOf(inner, named, above),
    name,
    required: required.includes(name),
  }));
}
