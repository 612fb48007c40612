/** The EN / 中文 switch, in whatever holds it. */

import { el } from "./dom.js";
import { currentLanguage, LANGUAGES, setLanguage } from "./words.js";

const NAMES = { en: ["EN", "English", "en"], zh: ["中文", "中文", "zh-Hans"] };

export function showLanguageSwitch(holder) {
  const buttons = LANGUAGES.map((language) => button(language));
  holder.replaceChildren(...buttons);
}

function button(language) {
  const [short, full, tag] = NAMES[language];
  const press = async (event) => {
    await setLanguage(language);
    for (const other of event.target.parentElement.children) other.setAttribute("aria-pressed", other === event.target);
  };
  const pressed = String(language === currentLanguage());
  return el(
    "button",
    { type: "button", lang: tag, "aria-label": full, "aria-pressed": pressed, on: { click: press } },
    short,
  );
}
