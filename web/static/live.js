// Keeps a page of the inbox up to date. The server says that something is new; the page is fetched again and what has
// changed is replaced, part by part. A form in which somebody is typing is left alone. Without this script all forms work.
"use strict";

const main = document.getElementById("main");
const FIELDS = "textarea, select, input:not([type=hidden])";
const sources = new WeakMap();

// ---- times, in words and in the reader's own zone -------------------------------------------------------------------

const UNITS = [["d", 1440], ["h", 60], ["min", 1]];

function lengthInWords(minutes) {
  const parts = [];
  let rest = minutes;
  for (const [unit, size] of UNITS) {
    parts.push([Math.floor(rest / size), unit]);
    rest %= size;
  }
  const first = Math.max(0, parts.findIndex(([count]) => count > 0));
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ") || "1 min";
}

function fromNow(at) {
  const seconds = (at - Date.now()) / 1000;
  if (Math.abs(seconds) < 45) return seconds > 0 ? "now" : "just now";
  const words = lengthInWords(Math.round(Math.abs(seconds) / 60));
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

function tellTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const inSentence = time.hasAttribute("data-clock");
    const words = inSentence ? at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) : fromNow(at);
    if (time.textContent !== words) time.textContent = words;
    time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" });
  }
}

function nameZone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const place of root.querySelectorAll("[data-zone]")) place.textContent = zone;
  for (const field of root.querySelectorAll("input[name=zone]")) field.value = zone;
}

function dress(root) {
  tellTimes(root);
  nameZone(root);
}

// ---- replacing what has changed -------------------------------------------------------------------------------------

// What the server sent of a part, but for what differs each time: words for times, and the ids of messages to be written.
function sourceOf(part) {
  return part.outerHTML
    .replace(/<time ([^>]*)>[^<]*<\/time>/g, "<time $1></time>")
    .replace(/name="message_id" value="[^"]*"/g, "");
}

function hasChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const byDefault = [...field.options].find((option) => option.defaultSelected) || field.options[0];
  return field.value !== (byDefault ? byDefault.value : "");
}

function isInUse(part) {
  const fields = [...part.querySelectorAll(FIELDS)];
  return part.querySelector("[data-kept]") !== null || fields.some((one) => hasChanged(one) || one === document.activeElement);
}

const FOCUSABLE = "a[href], button, summary, textarea, select, input:not([type=hidden])";

function adopt(old, fresh) {
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  fresh.querySelectorAll("details").forEach((one, index) => { one.open = one.open || Boolean(open[index]); });
  const focused = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (focused >= 0) fresh.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
}

// Moving takes the focus away: a part that is where it belongs is left there, and one that is moved keeps it.
function place(container, part, before) {
  const next = before ? before.nextElementSibling : container.firstElementChild;
  if (part === next) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  container.insertBefore(part, next);
  focused?.focus({ preventScroll: true });
}

function putIn(container, fresh, before) {
  const old = container.ownerDocument.getElementById(fresh.id);
  const mine = old && old.parentNode === container ? old : null;
  if (mine && (isInUse(mine) || sources.get(mine) === sourceOf(fresh))) {
    place(container, mine, before);
    return mine;
  }
  sources.set(fresh, sourceOf(fresh));
  const part = document.adoptNode(fresh);
  if (mine) adopt(mine, part);
  dress(part);
  place(container, part, before);
  return part;
}

function sync(container, fresh) {
  const atTheEnd = container.scrollHeight - container.scrollTop - container.clientHeight < 40;
  const kept = new Set([...fresh.children].map((one) => one.id));
  for (const old of [...container.children]) if (!kept.has(old.id) && !isInUse(old)) old.remove();
  let before = null;
  for (const part of [...fresh.children]) before = putIn(container, part, before);
  if (atTheEnd) container.scrollTop = container.scrollHeight;
}

function apply(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  for (const container of main.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(container.id);
    if (fresh) sync(container, fresh);
  }
  main.dataset.event = page.getElementById("main")?.dataset.event || "";
  document.dispatchEvent(new CustomEvent("handover:fresh"));
}

// ---- asking for news ------------------------------------------------------------------------------------------------

let asking = false;
let askAgain = false;

async function refresh() {
  askAgain = asking;
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(main.dataset.source, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.assign(main.dataset.source);
    if (answer.ok) apply(await answer.text());
  } catch {
    // The connection is gone: the event source says so, and asks again once it is back.
  } finally {
    asking = false;
  }
  if (askAgain) refresh();
}

function listen() {
  const events = new EventSource(main.dataset.events);
  events.addEventListener("open", refresh);
  events.addEventListener("news", refresh);
  events.addEventListener("writing", (event) => {
    document.dispatchEvent(new CustomEvent("handover:writing", { detail: JSON.parse(event.data) }));
  });
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return;
    refresh();
    setTimeout(listen, 3000);
  });
}

// ---- pictures are as high as they are only once they have come ------------------------------------------------------

function stayAtTheEnd(list) {
  let isAtTheEnd = true;
  const goThere = () => { if (isAtTheEnd) list.scrollTop = list.scrollHeight; };
  list.addEventListener("scroll", () => { isAtTheEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40; });
  list.addEventListener("load", goThere, true);
  goThere();
}

// ---- the page as it was loaded --------------------------------------------------------------------------------------

function sendOnCtrlEnter(event) {
  const field = event.target.closest("[data-submit-on-enter]");
  if (!field || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  field.form.requestSubmit();
}

for (const part of main.querySelectorAll("[data-live] > *")) sources.set(part, sourceOf(part));
dress(document);
setInterval(() => tellTimes(document), 5000);
document.addEventListener("keydown", sendOnCtrlEnter);
const messages = document.getElementById("messages");
if (messages) stayAtTheEnd(messages);
document.getElementById("alert")?.focus();
if (main.dataset.events) listen();
