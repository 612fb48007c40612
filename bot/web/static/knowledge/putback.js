/** Offers what was just taken off a list once more, below the list, until it is put back or something else goes. */

import { el, icon } from "../dom.js";
import { t } from "../words.js";

/** `restore()` puts it back and gives what then has the focus. */
export function offerBack(list, words, restore) {
  withdrawOffer(list);
  const press = () => {
    withdrawOffer(list);
    restore().focus();
  };
  const button = el(
    "button",
    { type: "button", class: "button quiet put-back", on: { click: press } },
    icon("retry"),
    t("put-back", { what: words }),
  );
  list.after(button);
}

export function withdrawOffer(list) {
  if (list.nextElementSibling?.classList.contains("put-back")) list.nextElementSibling.remove();
}

/** Tells the form that something in it has changed that no key did. */
export const changed = (node) => node.dispatchEvent(new Event("input", { bubbles: true }));
