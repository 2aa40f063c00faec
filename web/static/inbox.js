// What the inbox can do beyond its forms: keys, canned replies, drafts that survive, who is writing, and notices.
// live.js keeps the pages fresh and says so by the event "handover:fresh". Without this script all forms work.
"use strict";

{
  document.documentElement.classList.add("scripted");

  const page = document.getElementById("main");
  const caseId = page.dataset.case;
  const find = (selector) => document.querySelector(selector);
  const replyField = () => find("#deed-reply textarea");
  const noteField = () => find("#deed-note textarea");

  function say(text) {
    const said = document.getElementById("said");
    if (said) said.textContent = text;
  }

  function post(path, values) {
    return fetch(path, { method: "POST", body: new URLSearchParams(values), headers: { Accept: "application/json" }, keepalive: true })
      .catch(() => undefined); // it is said again with the next news, or the next key
  }

  function stored(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  }

  function store(name, value) {
    try { localStorage.setItem(name, value); } catch { /* a browser that keeps nothing: it is asked again next time */ }
  }

  // ---- what I have seen ---------------------------------------------------------------------------------------------

  let toldSeen = "";

  function lookAtIt() {
    if (!caseId || document.hidden || page.dataset.event === toldSeen) return;
    toldSeen = page.dataset.event;
    post(`/inbox/${caseId}/seen`, { event: toldSeen });
    document.title = document.title.replace(/^\(\d+\) /, "");
  }

  // ---- notices, for whoever asked for them --------------------------------------------------------------------------

  let sounds = null;

  function tone() {
    try {
      sounds ??= new AudioContext();
      const at = sounds.currentTime, loudness = sounds.createGain();
      loudness.connect(sounds.destination);
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      for (const [pitch, begins] of [[660, 0], [880, 0.14]]) {
        const voice = sounds.createOscillator();
        voice.frequency.value = pitch;
        voice.connect(loudness);
        voice.start(at + begins);
        voice.stop(at + 0.5);
      }
  
    } catch {
      // No sound here: the title and the list show the same.
    }
  }

  const mayShow = () => "Notification" in window && Notification.permission === "granted";
  const isOn = (kind) => stored(`handover.${kind}`) === "on" && (kind !== "desktop" || mayShow());

  function showAlertButtons() {
    for (const button of document.querySelectorAll("[data-alert]")) {
      button.setAttribute("aria-pressed", String(isOn(button.dataset.alert)));
      if (button.dataset.alert === "desktop" && !("Notification" in window)) button.hidden = true;
    }
  }

  async function switchAlert(kind) {
    const on = !isOn(kind);
    if (on && kind === "desktop" && (await Notification.requestPermission()) !== "granted") {
      say("This browser does not let the page show notices. Its settings for this page can change that.");
      return;
    }
    store(`handover.${kind}`, on ? "on" : "off");
    showAlertButtons();
    say(`${kind === "sound" ? "Sound" : "Desktop notices"} ${on ? "on" : "off"}: for what is new while you look elsewhere.`);
    if (on && kind === "sound") tone();
  }

  // What is unread for me on this page, each with how many messages.
  function unread() {
    if (caseId) return new Map([[caseId, Number(/^\((\d+)\)/.exec(document.title)?.[1] || 0)]]);
    const mine = document.querySelectorAll("#mine .entry.unread, #waiting .entry.unread");
    return new Map([...mine].map((one) => [one.id.replace(/^[a-z]+-/, ""), 1 + (parseInt(one.querySelector("h3 .count")?.textContent, 10) || 0)]));
  }

  let before = unread();

  function notice() {
    const now = unread();
    const news = [...now].filter(([id, count]) => count > (before.get(id) || 0)).map(([id]) => id);
    before = now;
    if (!news.length || (document.hasFocus() && !document.hidden)) return;
    if (isOn("sound")) tone();
    if (!isOn("desktop")) return;
    const name = caseId ? find("h1").textContent.trim() : find(`[id$="-${CSS.escape(news[0])}"] h3 a`).textContent.trim();
    const shown = new Notification(news.length > 1 ? `${news.length} conversations have news` : `${name} has news`, { tag: "handover" });
    shown.onclick = () => { window.focus(); shown.close(); };
  }

  // ---- drafts: what was typed survives a reload, another form's button, and losing a race --------------------------

  // What is kept of a reply or a note: its "draft"; as which message it was "sent"; and the text that was "taken" last.
  const keptName = (what, deed) => `${what}:${caseId}:${deed}`;
  const deedOf = (field) => field.form.action.split("/").pop();
  const draftName = (field) => keptName("draft", deedOf(field));

  function draft(name, text) {
    try {
      if (text === undefined) return sessionStorage.getItem(name) || "";
      if (text) sessionStorage.setItem(name, text); else sessionStorage.removeItem(name);
    } catch { /* kept by nobody, as without this script */ }
    return text || "";
  }

  // A text was sent once its form was; whether it was taken, only the page that follows says. Until then it is a draft:
  // the session may have ended, or the line been cut.
  function forgetTaken() {
    const taken = new URLSearchParams(location.search).get("taken");
    if (!taken) return;
    for (const deed of ["reply", "note"]) {
      if (draft(keptName("sent", deed)) !== taken) continue;
      draft(keptName("taken", deed), draft(keptName("draft", deed)));
      draft(keptName("draft", deed), "");
      draft(keptName("sent", deed), "");
    }
    history.replaceState(null, "", location.pathname + location.hash);
  }

  // Going back, a browser fills in what was in the field when it was sent.
  function wasTaken(field) {
    return !field.defaultValue && !draft(draftName(field)) && field.value === draft(keptName("taken", deedOf(field)));
  }

  function bringBack() {
    for (const field of [replyField(), noteField()]) {
      if (field?.value && wasTaken(field)) field.value = "";
      if (!field || field.value) continue;
      field.value = draft(draftName(field));
      if (field.value) field.closest("details")?.setAttribute("open", "");
    }
    const lost = replyField() ? "" : draft(`draft:${caseId}:reply`);
    const kept = document.getElementById("kept");
    kept.hidden = !lost;
    kept.querySelector("[data-text]").textContent = lost;
  }

  function dropKept() {
    draft(`draft:${caseId}:reply`, "");
    document.getElementById("kept").hidden = true;
  }

  async function copyKept() {
    const text = find("#kept [data-text]");
    try {
      await navigator.clipboard.writeText(text.textContent);
      say("Copied.");
    } catch {
      getSelection().selectAllChildren(text);
      say("It is marked: copy it with the keyboard.");
    }
  }

  // ---- who is writing -----------------------------------------------------------------------------------------------

  const AGAIN = 3000;
  let saidAt = 0;

  function iWrite(goesOn) {
    const now = Date.now();
    if (goesOn ? now - saidAt < AGAIN : saidAt === 0) return;
    saidAt = goesOn ? now : 0;
    post(`/inbox/${caseId}/writing`, { goes_on: goesOn });
  }

  function showWriters(names) {
    const list = new Intl.ListFormat("en").format(names);
    document.getElementById("writes").textContent = names.length ? `${list} ${names.length > 1 ? "are" : "is"} writing…` : "";
  }

  function typed(event) {
    const field = event.target;
    if (field !== replyField() && field !== noteField()) return;
    draft(draftName(field), field.value);
    draft(keptName("sent", deedOf(field)), "");
    if (field === replyField()) iWrite(field.value !== "");
  }

  function sent(event) {
    const field = event.target.querySelector("textarea");
    if (!field || (field !== replyField() && field !== noteField())) return;
    draft(draftName(field), field.value);
    draft(keptName("sent", deedOf(field)), field.form.elements.message_id.value);
    if (field === replyField()) iWrite(false);
  }

  // ---- canned replies -----------------------------------------------------------------------------------------------

  const canned = document.getElementById("canned");
  const choices = () => [...canned.querySelectorAll("li:not([hidden]) [data-insert]")];

  function chooseCanned() {
    if (!canned || !replyField()) return;
    const search = document.getElementById("canned-find");
    if (search) search.value = "";
    narrowCanned();
    canned.showModal();
    search?.focus();
  }

  function narrowCanned() {
    const words = (document.getElementById("canned-find")?.value || "").toLowerCase().split(/\s+/);
    for (const one of canned.querySelectorAll("li")) {
      const text = one.textContent.toLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
    }
    const none = document.getElementById("canned-none");
    if (none) none.hidden = choices().length > 0;
  }

  function insert(button) {
    const field = replyField(), text = button.querySelector("[data-text]").textContent;
    canned.close();
    field.focus();
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function moveInCanned(event) {
    const all = choices(), at = all.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target.id === "canned-find" && all.length) {
      event.preventDefault();
      insert(all[0]);
    } else if (event.key === "ArrowDown" && all.length) {
      event.preventDefault();
      all[(at + 1) % all.length].focus();
    } else if (event.key === "ArrowUp" && all.length) {
      event.preventDefault();
      if (at <= 0) document.getElementById("canned-find").focus(); else all[at - 1].focus();
    }
  }

  // ---- keys ---------------------------------------------------------------------------------------------------------

  const keys = document.getElementById("shortcuts");
  const keysOn = document.getElementById("keys-on");

  function step(by) {
    const links = [...document.querySelectorAll(".entry :is(h2, h3) a")];
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  }

  function goTo(field) {
    if (!field) return;
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  }

  const KEYS = {
    "?": () => keys?.showModal(),
    "/": () => (document.getElementById("search") ? goTo(document.getElementById("search")) : location.assign("/conversations#search")),
    i: () => location.assign("/inbox"),
    j: () => step(1),
    k: () => step(-1),
    r: () => goTo(replyField()),
    n: () => goTo(noteField()),
    t: chooseCanned,
    c: () => find("#deed-buttons button.main")?.focus(),
  };

  // A list of keys that was closed a moment ago still has the focus until the browser draws the page again.
  function pressed(event) {
    const inAField = event.target.checkVisibility() && event.target.closest("input, select, textarea, [contenteditable], dialog");
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (!act || inAField || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (stored("handover.keys") === "off" && event.key !== "?") return;
    event.preventDefault();
    act();
  }

  // ---- the page as it was loaded ------------------------------------------------------------------------------------

  function clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.alert) switchAlert(button.dataset.alert);
    else if ("help" in button.dataset) keys.showModal();
    else if ("canned" in button.dataset) chooseCanned();
    else if ("insert" in button.dataset) insert(button);
    else if ("drop" in button.dataset) dropKept();
    else if ("copy" in button.dataset) copyKept();
  }

  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("handover:fresh", () => { notice(); lookAtIt(); });
  document.addEventListener("visibilitychange", lookAtIt);
  if (keysOn) {
    keysOn.checked = stored("handover.keys") !== "off";
    keysOn.addEventListener("change", () => store("handover.keys", keysOn.checked ? "on" : "off"));
  }
  showAlertButtons();
  if (location.hash === "#search") goTo(document.getElementById("search"));
  if (caseId) {
    forgetTaken();
    bringBack();
    lookAtIt();
    // A page out of the browser's memory has a form that was sent: its message would be taken for the one before.
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); else bringBack(); });
    document.addEventListener("input", typed);
    document.addEventListener("submit", sent);
    document.addEventListener("handover:writing", (event) => showWriters(event.detail));
    canned.addEventListener("keydown", moveInCanned);
    canned.addEventListener("input", narrowCanned);
  } else {
    document.addEventListener("visibilitychange", () => { if (!document.hidden && page.dataset.source) refresh(); });
  }
}
