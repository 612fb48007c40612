/** Bringing a file: chosen, or dropped anywhere on the page. It is looked at first, always. */

import { $ } from "../dom.js";
import { sentenceOf, staffCall } from "../staff.js";
import { label, onLanguage, t } from "../words.js";
import { refill } from "./choices.js";

const UPLOAD_MS = 150_000;

/** `on.brought(import)` once the server has the file. */
export function startBringing(on) {
  fillOptions();
  onLanguage(fillOptions);
  $("#file").addEventListener("change", ({ target }) => target.files[0] && send(target.files[0], on));
  addEventListener("dragover", (event) => hover(event, true));
  addEventListener("dragleave", (event) => event.relatedTarget || hover(event, false));
  addEventListener("drop", (event) => {
    hover(event, false);
    const [file] = event.dataTransfer.files;
    if (file) send(file, on);
  });
}

function hover(event, isOver) {
  event.preventDefault();
  $("#drop").toggleAttribute("data-over", isOver);
}

function fillOptions() {
  const { language, publish, duplicates } = $("#file-form");
  refill(language, ["", "en", "zh"], (value) => (value ? label("language", value) : t("import.language.none")));
  refill(publish, ["true", "false"], (value) => t(`import.as.${value === "true" ? "published" : "drafts"}`));
  refill(duplicates, ["skip", "take"], (value) => t(`import.duplicates.${value}`));
}

async function send(file, on) {
  const drop = $("#drop");
  if (drop.getAttribute("aria-busy") === "true") return;
  const { language, publish, duplicates } = $("#file-form");
  const asked = { dry_run: true, language: language.value, publish: publish.value, duplicates: duplicates.value };
  const body = new FormData();
  body.append("file", file);
  $("#refusal").textContent = "";
  drop.setAttribute("aria-busy", "true");
  try {
    const path = `/knowledge/imports?${new URLSearchParams(asked)}`;
    on.brought(await staffCall(path, { method: "POST", body, timeout: UPLOAD_MS }));
  } catch (error) {
    $("#refusal").textContent = sentenceOf(error);
  } finally {
    drop.setAttribute("aria-busy", "false");
    $("#file").value = "";
  }
}
