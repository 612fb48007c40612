/** When each counted message came, one line a channel: the wave at a glance. */

import { el, svg } from "../dom.js";
import { clock, label, moment, t } from "../words.js";

const DOT_PX = 6;
const EDGE_PERCENT = 1.5;

export function strip(mentions) {
  const times = mentions.map((mention) => Date.parse(mention.at));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const place = (at) => EDGE_PERCENT + ((Date.parse(at) - from) / Math.max(1, to - from)) * (100 - 2 * EDGE_PERCENT);
  const caption = t("alert.strip.spoken", { n: mentions.length, from: moment(from), to: moment(to) });
  const channels = [...new Set(mentions.map((mention) => mention.channel))];
  const lanes = channels.flatMap((channel) => [
    el("span", {}, label("channel", channel)),
    lane(
      mentions.filter((one) => one.channel === channel),
      place,
    ),
  ]);
  const ends = el("span", { class: "times" }, el("time", {}, clock(from)), el("time", {}, clock(to)));
  return el("div", { class: "lanes", role: "img", "aria-label": caption }, ...lanes, ends);
}

function lane(mentions, place) {
  const line = svg("line", { class: "lane", x1: 0, x2: "100%", y1: "50%", y2: "50%" });
  const dots = mentions.map((mention) =>
    svg("circle", { class: "dot", cx: `${place(mention.at)}%`, cy: "50%", r: DOT_PX }),
  );
  return svg("svg", { "aria-hidden": "true" }, line, ...dots);
}
