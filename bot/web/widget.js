/**
 * Puts the chat page on another site: a button in the corner, and the page in a frame when it is pressed.
 *
 *   <script src="https://support.example.com/widget.js" data-lang="zh" data-side="left" defer></script>
 *
 * `data-lang`: "en" or "zh", by default the browser's. `data-side`: "right" or "left". Nothing of the host page is read.
 */
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const language = script.dataset.lang ?? navigator.language;
  const side = script.dataset.side === "left" ? "left" : "right";
  const isChinese = language.toLowerCase().startsWith("zh");
  const WORDS = isChinese
    ? { open: "打开在线客服", close: "关闭在线客服", news: "，有新消息" }
    : { open: "Open support chat", close: "Close support chat", news: ", new message" };

  const STYLE = `
    :host { all: initial; position: fixed; inset-block-end: 20px; inset-inline: auto; ${side}: 20px; z-index: 2147483000; }
    button { position: relative; display: grid; place-items: center; width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%;
      background: #b93c0a; color: #fff; cursor: pointer; box-shadow: 0 6px 24px rgb(60 30 10 / 35%); transition: transform 150ms; }
    button:hover { transform: scale(1.05); }
    button:focus-visible { outline: 3px solid #b93c0a; outline-offset: 3px; }
    button[data-news]::after { content: ""; position: absolute; top: 2px; right: 2px; width: 14px; height: 14px; border: 2px solid #fff;
      border-radius: 50%; background: #b3161b; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    iframe { position: absolute; inset-block-end: 76px; ${side}: 0; width: 400px; height: min(680px, calc(100vh - 120px)); border: 0;
      border-radius: 18px; background: Canvas; box-shadow: 0 12px 48px rgb(40 20 10 / 30%); }
    [hidden] { display: none; }
    @media (max-width: 480px) {
      iframe { position: fixed; inset: 0; width: 100%; height: 100%; border-radius: 0; }
      iframe:not([hidden]) + button { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }
    @media print { :host { display: none; } }`;

  const host = document.createElement("firebreak-chat");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = WORDS.open;
  const button = document.createElement("button");
  button.type = "button";
  button.append(bubble());
  root.append(frame, button);

  button.addEventListener("click", () => show(frame.hidden));
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    if (event.data?.firebreak === "close") show(false);
    if (event.data?.firebreak === "message" && frame.hidden) tellNews(true);
  });
  tellNews(false);
  document.body.append(host);

  /** The page is loaded when it is first opened, not with the host page. */
  function show(open) {
    if (open && !frame.src) frame.src = `${origin}/?widget=1&lang=${isChinese ? "zh" : "en"}`;
    frame.hidden = !open;
    tellNews(false);
    if (open) frame.focus();
    else button.focus();
  }

  function tellNews(isNew) {
    button.toggleAttribute("data-news", isNew);
    button.setAttribute("aria-expanded", String(!frame.hidden));
    button.setAttribute("aria-label", (frame.hidden ? WORDS.open : WORDS.close) + (isNew ? WORDS.news : ""));
  }

  function bubble() {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute(
      "d",
      "M5 5h14a1.500 1.500 0 0 1 1.500 1.500v9A1.500 1.500 0 0 1 19 17h-7l-4.500 3.500V17H5a1.500 1.500 0 0 1-1.500-1.500v-9A1.500 1.500 0 0 1 5 5ZM8 9.500h8M8 13h5",
    );
    svg.append(path);
    return svg;
  }
})();
