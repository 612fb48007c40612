/** Pictures for the answer: chosen, pasted or dropped. They are stored at once; the text then names them. */

import { $, announce, el } from "../dom.js";
import { sentenceOf, staffCall } from "../staff.js";
import { t } from "../words.js";
import { block } from "./markdown.js";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MOST_BYTES = 2 * 1024 * 1024;
const PATIENCE_MS = 60_000;

/** Watches `area`; gives what opens the choice of a file. */
export function startImages(area) {
  const chooser = el("input", { type: "file", accept: KINDS.join(), multiple: true, hidden: true });
  chooser.addEventListener("change", () => (bring([...chooser.files], area), (chooser.value = "")));
  area.after(chooser);
  area.addEventListener("paste", (event) => taken(event, event.clipboardData, area));
  area.addEventListener("drop", (event) => taken(event, event.dataTransfer, area));
  area.addEventListener("dragover", (event) => mark(event, area, true));
  area.addEventListener("dragleave", (event) => mark(event, area, false));
  return () => chooser.click();
}

function mark(event, area, isOver) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  area.toggleAttribute("data-over", isOver);
}

/** Words that come along with a picture are pasted as words: a table's cells bring their picture, too. */
function taken(event, transfer, area) {
  area.removeAttribute("data-over");
  const files = [...transfer.files];
  if (!files.length || transfer.getData("text/plain")) return;
  event.preventDefault();
  bring(files, area);
}

async function bring(files, area) {
  const problem = $('[data-problem="answer"]');
  problem.textContent = "";
  for (const file of files) {
    const refusal = unfit(file);
    if (refusal) {
      problem.textContent = refusal;
      continue;
    }
    area.setAttribute("aria-busy", "true");
    announce(t("image.coming"));
    try {
      const form = new FormData();
      form.append("file", file);
      const stored = await staffCall("/knowledge/images", { method: "POST", body: form, timeout: PATIENCE_MS });
      block(area, `![${t("image.describe")}](${stored.url})`, t("image.describe"));
      announce(t("image.there"));
    } catch (error) {
      problem.textContent = sentenceOf(error);
    } finally {
      area.removeAttribute("aria-busy");
    }
  }
}

function unfit(file) {
  if (!KINDS.includes(file.type)) return t("image.kind", { name: file.name });
  return file.size > MOST_BYTES ? t("image.size", { name: file.name }) : null;
}
