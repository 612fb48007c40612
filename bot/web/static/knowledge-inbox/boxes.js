/** The three boxes: where each gets its things from, and the states that it is narrowed to. */

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));

const cluster = (name, states) => ({
  name,
  states,
  list: ({ state, language, cursor, limit }) => `/knowledge/${name}?${query({ state, language, after: cursor, limit })}`,
  one: (id) => `/knowledge/${name}/${encodeURIComponent(id)}`,
});

export const BOXES = {
  gaps: cluster("gaps", ["open", "answered", "dismissed"]),
  wishes: cluster("wishes", ["open", "planned", "done", "no"]),
  use: {
    name: "use",
    states: ["hurts", "unused", "shown"],
    list: ({ state, language, limit }) => `/knowledge/use?${query({ order: state, language, limit })}`,
    one: (id) => `/knowledge/articles/${encodeURIComponent(id)}/use`,
  },
};
