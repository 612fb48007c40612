/** Single keys as shortcuts; silent while somebody writes, in a dialog, or with Ctrl, Alt or Meta held. */

export function onKeys(actions) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isBusy(event.target)) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isBusy(target) {
  return Boolean(
    document.querySelector("dialog[open]") || target.closest?.("input, textarea, select, [contenteditable]"),
  );
}
