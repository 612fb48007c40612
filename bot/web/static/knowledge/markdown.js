/**
 * Markdown in a text area: marks around what is selected, marks before its lines. What is done can be undone by the
 * keyboard.
 */

const SCHEME = "https:";
const ITEM = /^(\s*)(?:([-*+])|(\d{1,3})([.)]))\s+/;

/** Puts `text` in the place of what lies between `from` and `to`, and selects `[start, end]` of it. */
function put(area, from, to, text, [start, end] = [text.length, text.length]) {
  area.focus();
  area.setSelectionRange(from, to);
  const typed = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!typed) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(from + start, from + end);
}

/** Sets `mark` around the selection, or takes it off; `example` is what stands there where nothing is selected. */
export function wrap(area, mark, example) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const inside = value.slice(from, to);
  const n = mark.length;
  if (inside && value.slice(from - n, from) === mark && value.slice(to, to + n) === mark)
    return put(area, from - n, to + n, inside, [0, inside.length]);
  const words = inside || example;
  put(area, from, to, mark + words + mark, [n, n + words.length]);
}

/** Begins each selected line with `markOf(place)`, or takes the marks off where all have them. */
export function begin(area, pattern, markOf) {
  const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const end = area.value.indexOf("\n", area.selectionEnd);
  const to = end < 0 ? area.value.length : end;
  const lines = area.value.slice(from, to).split("\n");
  const marked = lines.every((line) => pattern.test(line));
  const bare = lines.map((line) => line.replace(pattern, ""));
  const text = bare.map((line, place) => (marked ? line : markOf(place) + line)).join("\n");
  put(area, from, to, text, lines.length > 1 ? [0, text.length] : undefined);
}

/** `[words](address)`: what is selected becomes the words, or the address where it is one. */
export function link(area, example) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const inside = value.slice(from, to).trim();
  const isAddress = /^(https?:\/\/|mailto:|\/)\S+$/.test(inside);
  const words = isAddress || !inside ? example : inside;
  const address = isAddress ? inside : `${SCHEME}//`;
  const text = `[${words}](${address})`;
  const place = isAddress || !inside ? [1, 1 + words.length] : [words.length + 3, text.length - 1];
  put(area, from, to, text, place);
}

/** Inserts a block of its own, with an empty line around it; selects `chosen` in it. */
export function block(area, text, chosen = "") {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const before = value.slice(0, from).replace(/\n*$/, "");
  const lead = before ? "\n".repeat(Math.max(0, 2 - (from - before.length))) : "";
  const tail = value.slice(to).startsWith("\n\n") || to === value.length ? "" : "\n\n";
  const at = lead.length + text.indexOf(chosen);
  put(area, from, to, lead + text + tail, chosen ? [at, at + chosen.length] : undefined);
}

/** Enter within a list begins its next item, and ends the list where the item is empty. Gives whether it did so. */
export function continueList(area) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const found = ITEM.exec(value.slice(start, from));
  if (from !== to || !found) return false;
  const [mark, indent, bullet, number, after] = found;
  const end = value.indexOf("\n", from);
  const isEmpty = !value.slice(start + mark.length, end < 0 ? undefined : end).trim();
  if (isEmpty) put(area, start, from, "");
  else put(area, from, to, `\n${indent}${bullet ?? Number(number) + 1 + after} `);
  return true;
}
