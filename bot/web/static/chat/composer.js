/** Where the visitor writes: Enter sends, Shift+Enter breaks the line, the room left is shown near the limit. */

import { $ } from "../dom.js";
import { t } from "../words.js";

export const MAX_CHARACTERS = 4_000;
const COUNTED_FROM = 3_500;
const TYPING_EVERY_MS = 3_000;
const IME_KEY_CODE = 229;

/** `on`: `send(text)`, `typing()`. */
export function startComposer(on) {
  const form = $("#composer");
  const input = $("#message");
  let toldTypingAt = 0;

  const send = (event) => {
    event?.preventDefault();
    const text = input.value.trim();
    if (!text || lengthOf(text) > MAX_CHARACTERS) return;
    input.value = "";
    show();
    on.send(text);
    input.focus();
  };
  const show = () => {
    fit(input);
    count(input);
  };

  form.addEventListener("submit", send);
  input.addEventListener("keydown", (event) => isSendKey(event) && send(event));
  input.addEventListener("input", () => {
    show();
    if (Date.now() - toldTypingAt < TYPING_EVERY_MS || !input.value) return;
    toldTypingAt = Date.now();
    on.typing();
  });
  show();
  return { recount: () => count(input), focus: () => input.focus() };
}

/** An Enter that only ends the choice of a Chinese character must not send. */
function isSendKey(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== IME_KEY_CODE;
}

/** Characters as the server counts them: code points. */
const lengthOf = (text) => [...text].length;

function fit(input) {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

function count(input) {
  const length = lengthOf(input.value.trim());
  const over = length > MAX_CHARACTERS;
  const counter = $("#counter");
  counter.hidden = length < COUNTED_FROM;
  counter.classList.toggle("error", over);
  counter.textContent = over
    ? t("chat.over", { n: length - MAX_CHARACTERS })
    : t("chat.left", { n: MAX_CHARACTERS - length });
  input.setAttribute("aria-invalid", String(over));
  $("#send").disabled = length === 0 || over;
}
