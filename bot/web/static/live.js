/** The staff's live line: tickets, messages and alerts as they change. While it is down, `refresh` is called instead. */

import { backOff, pause, socketAddress } from "./api.js";
import { showConnection } from "./staff.js";

const PING_MS = 25_000;
const REFRESH_MS = 15_000;
const SIGNED_OUT = 4401;

/**
 * `on`: a handler for each frame type. `refresh` loads everything anew: after each reconnection, while there is none, and
 * when the session has ended, which leads to the sign-in.
 */
export async function listen(on, refresh) {
  setInterval(() => !isOpen && refresh(), REFRESH_MS);
  for (let failures = 0; ;) {
    const [opened, code] = await connection(on, () => failures && refresh());
    if (code === SIGNED_OUT) refresh();
    failures = opened ? 1 : failures + 1;
    await pause(backOff(failures - 1));
  }
}

let socketInUse = null;
let isOpen = false;

/** Says something to the server; lost where there is no line. */
export function tellLive(frame) {
  if (isOpen) socketInUse.send(JSON.stringify(frame));
}

function connection(on, opened) {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketAddress("/desk/ws"));
    socketInUse = socket;
    const pings = setInterval(() => tellLive({ type: "ping" }), PING_MS);
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      setOpen(true);
      opened();
    };
    socket.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      on[frame.type]?.(frame);
    };
    socket.onclose = ({ code }) => {
      clearInterval(pings);
      setOpen(false);
      resolve([wasOpen, code]);
    };
  });
}

function setOpen(open) {
  isOpen = open;
  showConnection(open);
}
