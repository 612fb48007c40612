/** What the browser keeps for this site. Where storage is refused (private windows, framed pages), memory serves. */

const PREFIX = "firebreak.";
const memory = new Map();

export function kept(name, area = "localStorage") {
  return JSON.parse(read(PREFIX + name, area) ?? "null");
}

export function keep(name, value, area = "localStorage") {
  const text = JSON.stringify(value);
  memory.set(PREFIX + name, text);
  attempt(() => window[area].setItem(PREFIX + name, text));
}

export function forget(name, area = "localStorage") {
  memory.delete(PREFIX + name);
  attempt(() => window[area].removeItem(PREFIX + name));
}

function read(key, area) {
  return attempt(() => window[area].getItem(key)) ?? memory.get(key);
}

function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
