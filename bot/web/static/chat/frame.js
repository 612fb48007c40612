/** What the page tells the site that frames it by `widget.js`: that something new came, that it may be closed. */

import { $ } from "../dom.js";

const isFramed = new URLSearchParams(location.search).has("widget") && parent !== window;

export function tellHost(event) {
  if (isFramed) parent.postMessage({ firebreak: event }, "*");
}

export function startFrame() {
  document.body.classList.toggle("framed", isFramed);
  $("#close").hidden = !isFramed;
  $("#close").addEventListener("click", () => tellHost("close"));
  addEventListener("keydown", (event) => event.key === "Escape" && tellHost("close"));
}
