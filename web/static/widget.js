// The chat widget's loader: <script src="https://HANDOVER/static/widget.js" data-bot="ID" defer></script>
// It puts a button into a closed shadow tree, which styles of the page don't reach, and the chat into a frame of Handover's
// own origin, which scripts of the page can't read. Optional: data-label, what the button says.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.querySelector("handover-chat")) return;
  const origin = new URL(script.src).origin;
  const label = script.dataset.label || "Chat with us";
  const address = `${origin}/widget${script.dataset.bot ? `?bot=${encodeURIComponent(script.dataset.bot)}` : ""}`;
  const OPEN = "handover-chat-open";
  const KEPT = `handover-chat:${script.dataset.bot || ""}`; // what the browser denies the frame to keep itself
  const LATE_MS = 10000;
  const PHONE = matchMedia("(max-width: 480px), (max-height: 480px)");
  // Of important rules those inside a shadow tree win: whatever the page says of all its elements stays outside.
  const STYLE = `
    :host { all: initial !important; display: block !important; position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483647 !important; }
    * { box-sizing: border-box; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    button { min-height: 48px; padding: 8px 20px; font-weight: 600; color: #fff; background: #1f5f8b; border: 0; border-radius: 24px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #1f5f8b; outline-offset: 2px; box-shadow: 0 0 0 2px #fff; }
    #open { position: fixed; right: 20px; bottom: 20px; box-shadow: 0 2px 10px #0005; }
    #open[hidden], #wait[hidden], iframe[hidden] { display: none; }
    #count:not(:empty) { margin-left: 8px; padding: 1px 8px; color: #1f5f8b; background: #fff; border-radius: 12px; }
    dialog { position: fixed; inset: auto 20px 20px auto; width: 400px; max-width: none; height: min(640px, calc(100vh - 40px)); max-height: none; margin: 0; padding: 0; overflow: hidden; color: #1c2127; background: #fff; border: 1px solid #8894a0; border-radius: 14px; box-shadow: 0 6px 30px #0005; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    #wait { padding: 24px; text-align: center; }
    p { margin: 0 0 16px; }
    @media (max-width: 480px), (max-height: 480px) { dialog { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
    @media (prefers-color-scheme: dark) {
      dialog { color: #e8ebee; background: #1d2329; border-color: #59636e; }
      button, #count:not(:empty) { color: #0b1b27; background: #7cbdea; }
      #count:not(:empty) { color: #7cbdea; background: #0b1b27; }
    }`;

  const make = (name, properties, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* until the page is loaded again */ } };
  const kept = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };

  const host = document.createElement("handover-chat");
  const root = host.attachShadow({ mode: "closed" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  const count = make("span", { id: "count" });
  const opener = make("button", { id: "open", type: "button", onclick: () => open() }, label, count);
  const text = make("p", {});
  const waiting = make("div", { id: "wait" }, text, make("button", { type: "button", onclick: () => dialog.close() }, "Close"));
  text.setAttribute("role", "status");
  const dialog = make("dialog", {}, waiting);
  dialog.setAttribute("aria-label", label);
  opener.setAttribute("aria-haspopup", "dialog");
  let frame = null;
  let isReady = false;
  let isWanted = false;
  let unread = 0;

  const tell = (what, more) => frame.contentWindow.postMessage({ handover: what, ...more }, origin);

  function load() {
    frame?.remove();
    // The address of the page's site, and nothing more of it, is what Handover checks.
    frame = make("iframe", { src: address, title: label, referrerPolicy: "origin", hidden: true });
    frame.addEventListener("load", () => tell("hello", { kept: kept(KEPT) }));
    dialog.append(frame);
    text.textContent = "Connecting…";
    waiting.hidden = false;
    setTimeout(() => { if (!isReady) text.textContent = "The chat can't be reached from here. Please try again later."; }, LATE_MS);
  }

  // Opened again after the page was loaded again, it leaves the focus where it is.
  function open(again = false) {
    isWanted = !again;
    if (!isReady) load();
    if (PHONE.matches) dialog.showModal();
    else if (again) dialog.open = true;
    else dialog.show();
    opener.hidden = true;
    keep(OPEN, "1");
    tellUnread(0);
    if (isReady) focusChat();
  }

  function closed() {
    opener.hidden = false;
    opener.focus();
    keep(OPEN, "");
  }

  function focusChat() {
    frame.focus();
    tell("focus");
  }

  function tellUnread(many) {
    unread = many;
    count.textContent = many || "";
    opener.setAttribute("aria-label", many ? `${label}, ${many} new` : label);
  }

  const HEARD = {
    ready() {
      isReady = true;
      waiting.hidden = true;
      frame.hidden = false;
      if (dialog.open && isWanted) focusChat();
      isWanted = true;
    },
    keep: (value) => keep(KEPT, value),
    close: () => dialog.close(),
    said: () => { if (!dialog.open) tellUnread(unread + 1); },
  };

  addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.origin === origin) HEARD[event.data?.handover]?.(event.data.value);
  });
  dialog.addEventListener("close", closed);
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") dialog.close(); });
  root.append(opener, dialog);
  document.documentElement.append(host);
  tellUnread(0);
  if (kept(OPEN)) open(true);
})();
