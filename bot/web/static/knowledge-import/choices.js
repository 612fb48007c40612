/** Selects whose words change with the page's language. */

import { el, fillWith } from "../dom.js";

/** Puts the options anew; what was chosen stays. */
export function refill(select, values, wordsOf) {
  const chosen = select.value;
  fillWith(select, ...values.map((value) => el("option", { value }, wordsOf(value))));
  select.value = values.includes(chosen) ? chosen : values[0];
}
