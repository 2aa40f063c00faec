// The chat, as a page of its own and in the widget's frame. What is written is kept in this browser until the server shows it,
// and sent again with the same id after any trouble: nothing is lost, and nothing comes twice.
"use strict";

const $ = (id) => document.getElementById(id);
const main = $("main");
const list = $("messages");
const BOT = main.dataset.bot;
const FRAMED = "framed" in main.dataset;
const TYPING_MS = 60000; // a bot that has not answered for so long is no longer said to be typing
const SILENCE_MS = 40000; // the server is heard every 15 s: a connection that is silent for so long is dead
const LONGEST_WAIT_MS = 15000;

let site = location.origin; // in whose page the chat is shown: the widget says so, and the browser vouches for it
let token = main.dataset.token || "";
let cursor = null; // the event behind which the chat goes on after a cut; null: read everything first
let standing = { status: "bot", text: $("standing").textContent, button: false, ask: "" };
let writer = ""; // the person who is writing to the visitor
let shut = ""; // why the chat can't be used here; nothing is tried any more

const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");

// ---- what this browser keeps ----------------------------------------------------------------------------------------

// A browser may keep nothing for a frame of another site: then the page around it does, for as long as its tab is open.
const memory = new Map();
const place = () => `handover:${BOT}:${FRAMED ? site : main.dataset.chat}:`;
const mayStore = (() => { try { return localStorage.length >= 0; } catch { return false; } })();

const kept = (name) => (mayStore ? localStorage.getItem(place() + name) : memory.get(name)) ?? null;

function keptNames() {
  if (!mayStore) return [...memory.keys()];
  return Object.keys(localStorage).filter((one) => one.startsWith(place())).map((one) => one.slice(place().length));
}

function keep(name, value) {
  memory.set(name, value);
  if (!mayStore) tellHost("keep", JSON.stringify([...memory]));
  else try { localStorage.setItem(place() + name, value); } catch { /* full: it lasts until the page is loaded again */ }
}

function forget(name) {
  memory.delete(name);
  if (mayStore) localStorage.removeItem(place() + name);
  else tellHost("keep", JSON.stringify([...memory]));
}

// ---- the outbox: each message under a name of its own, so that two windows don't overwrite each other's -------------

let outbox = []; // [{name, message_id, text, attachments, accepted, trouble}], in the order in which they were written

function findUnsent() {
  const names = keptNames().filter((one) => one.startsWith("out:")).sort();
  outbox = names.map((name) => ({ name, ...JSON.parse(kept(name)) }));
}

function putOut(text, attachments) {
  const message_id = newId();
  const last = outbox.at(-1)?.name.split(":")[1] || 0;
  const number = String(Math.max(Date.now(), Number(last) + 1)).padStart(15, "0");
  const message = { name: `out:${number}:${message_id}`, message_id, text, attachments };
  keep(message.name, JSON.stringify({ message_id, text, attachments }));
  outbox.push(message);
}

function takeOut(message_id) {
  for (const one of outbox) if (one.message_id === message_id) forget(one.name);
  outbox = outbox.filter((one) => one.message_id !== message_id);
}

// ---- talking to the server ------------------------------------------------------------------------------------------

class Answered extends Error {
  constructor(status, problem) {
    super(problem.detail || "That did not work. Please try again.");
    this.status = status;
  }
}

async function request(path, { body, file, headers, signal }) {
  const type = body ? "application/json" : file?.type;
  const answer = await fetch(path, {
    method: body || file ? "POST" : "GET", signal, cache: "no-store", body: body ? JSON.stringify(body) : file,
    headers: { "Handover-Site": site, ...(type && { "Content-Type": type }), ...headers },
  });
  if (answer.ok) return answer;
  throw new Answered(answer.status, await answer.json().catch(() => ({})));
}

// With the token; one that is too old is renewed once.
async function call(path, options = {}) {
  await enter();
  const used = token;
  const withToken = () => request(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  try {
    return await withToken();
  } catch (error) {
    if (error.status !== 401) throw error;
    if (token === used) await enter(true);
    return withToken();
  }
}

let entering = null;

function enter(again = false) {
  if (token && !again) return null;
  entering ||= admit().finally(() => { entering = null; });
  return entering;
}

async function admit() {
  const old = token || kept("token");
  const body = { bot: BOT, ...(old && { token: old }) };
  const answer = await request("/chat/session", { body }).catch((error) => {
    if (!old || error.status !== 401) throw error;
    return request("/chat/session", { body: { bot: BOT } });
  });
  settle(await answer.json());
}

// Another conversation than before: what is shown belongs to the old one, and what was not sent goes into the new one.
function settle(entered) {
  token = entered.token;
  if (FRAMED) keep("token", token);
  if (entered.chat === main.dataset.chat) return;
  if (FRAMED) main.dataset.chat = entered.chat;
  shown.clear();
  for (const one of outbox) one.accepted = false;
  cursor = null;
}

// ---- showing --------------------------------------------------------------------------------------------------------

const SPEAKERS = { contact: "You", bot: "Bot", person: "Team", system: "" };
const shown = new Map(); // row -> message
const bubbles = new Map(); // key -> {element, source}: they stay as they are, so that a screen reader hears only what is new

function bubble(message) {
  const item = document.createElement("li");
  item.className = `message ${message.author}`;
  const speaker = message.label || SPEAKERS[message.author];
  if (speaker) item.append(line("by", message.pending ? `${speaker} · ${message.pending}` : speaker));
  item.append(line("text", message.text), ...pictures(message));
  if (message.at) item.title = new Date(message.at).toLocaleString();
  return item;
}

function line(kind, text) {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.textContent = text;
  return paragraph;
}

function bubbleFor(key, message) {
  const source = JSON.stringify(message);
  const known = bubbles.get(key);
  if (known && known.source === source) return known.element;
  const element = bubble(message);
  if (known) known.element.replaceWith(element);
  bubbles.set(key, { element, source });
  return element;
}

function everything() {
  const said = [...shown.values()].sort((one, other) => one.row - other.row);
  const own = outbox.map(({ message_id, text, attachments = [], accepted, trouble }) => ({
    message_id, text: text || attachments.map((one) => one.name).join(", "), author: "contact",
    pending: accepted ? "sent" : trouble || "sending",
  }));
  return [...said, ...own];
}

function show() {
  const keys = new Set();
  let before = $("empty");
  for (const message of everything()) {
    const key = message.author === "contact" ? message.message_id : `row-${message.row}`;
    keys.add(key);
    const element = bubbleFor(key, message);
    if (before.nextElementSibling !== element) before.after(element);
    before = element;
  }
  for (const [key, known] of bubbles) if (!keys.has(key)) { known.element.remove(); bubbles.delete(key); }
  $("empty").hidden = keys.size > 0;
  showStanding();
  if (isAtTheEnd) scrollToTheEnd();
}

// Who reads further up is left there; who reads the end goes on seeing it, also when something below takes up room.
let isAtTheEnd = true;

function scrollToTheEnd() {
  list.scrollTop = list.scrollHeight;
}

function tell(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
  $(id).hidden = !text;
}

let waitingSince = 0;

function showStanding() {
  tell("standing", standing.text);
  $("person").hidden = !standing.button;
  tell("ask", standing.ask);
  $("reach").hidden = !standing.ask;
  const last = everything().at(-1);
  const waits = standing.status === "bot" && last?.author === "contact" && !last.pending?.startsWith("not sent");
  if (waits && !waitingSince) { waitingSince = Date.now(); setTimeout(showStanding, TYPING_MS + 100); }
  if (!waits) waitingSince = 0;
  tell("typing", writer ? `${writer} is typing…` : waits && Date.now() - waitingSince < TYPING_MS ? "Bot is typing…" : "");
}

// ---- reading: everything once, then what is new behind the last event that was taken in ------------------------------

const TAKE = {
  message(message) {
    const isNew = !shown.has(message.row) && message.author !== "contact";
    shown.set(message.row, message);
    takeOut(message.message_id);
    if (message.author === "person") writer = "";
    if (isNew) tellHost("said");
  },
  standing(now) { standing = now; },
  writing({ label }) { writer = label; },
};

async function readAll() {
  let after = 0;
  let start = null;
  while (after !== null) {
    const part = await (await call(`/chat/messages?after=${after}`)).json();
    start ??= part.cursor;
    for (const message of part.items) { shown.set(message.row, message); takeOut(message.message_id); }
    standing = part.standing;
    after = part.next;
  }
  cursor = start;
  show();
}

let cut = () => {};

async function listen() {
  const line = new AbortController();
  cut = () => line.abort();
  let silence;
  const heard = () => { clearTimeout(silence); silence = setTimeout(cut, SILENCE_MS); };
  heard();
  try {
    const answer = await call("/chat/live", { signal: line.signal, headers: { "Last-Event-ID": cursor } });
    connected(true);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
      heard();
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      blocks.forEach(take);
      show();
    }
  } finally {
    clearTimeout(silence);
    line.abort();
  }
}

function take(block) {
  const event = {};
  for (const row of block.split("\n")) {
    const colon = row.indexOf(":");
    if (colon > 0) event[row.slice(0, colon)] = row.slice(colon + 1).trim();
  }
  if (event.event) TAKE[event.event]?.(JSON.parse(event.data));
  if (event.id) cursor = Number(event.id);
}

const waiting = new Set();
const wake = () => waiting.forEach((done) => done());

async function pause(ms) {
  let over;
  await new Promise((done) => { over = done; waiting.add(done); setTimeout(done, ms); });
  waiting.delete(over);
}

function connected(is) {
  $("cut").hidden = is;
  if (is) send();
  else { writer = ""; show(); }
}

// For as long as the page is there; each failure waits longer, and the way back online is not slept through.
async function follow() {
  let wait = 500;
  while (!shut) {
    try {
      if (cursor === null) await readAll();
      await listen();
      wait = 500;
    } catch (error) {
      if (error.status === 403) return shutDown(error.message);
      connected(false);
    }
    await pause(wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

function shutDown(reason) {
  shut = reason;
  tell("trouble", reason);
  for (const one of ["text", "file", "person"]) $(one).disabled = true;
}

// ---- writing --------------------------------------------------------------------------------------------------------

let sending = false;

// One after the other, in order; each until it is accepted or refused for good.
async function send() {
  if (sending) return;
  sending = true;
  for (let next = unsent(); next && !shut; next = unsent()) await sendOne(next);
  sending = false;
}

const unsent = () => outbox.find((one) => !one.accepted);

async function sendOne(message) {
  for (let wait = 1000; outbox.includes(message) && !message.accepted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const attachments = (message.attachments || []).map((one) => one.id);
      await call("/chat/messages", { body: { message_id: message.message_id, text: message.text, attachments } });
      message.accepted = true;
      tell("trouble", "");
    } catch (error) {
      if (error.status === 429) tell("trouble", error.message);
      else if (error.status < 500 && error.status !== 408) return giveBack(message, error);
      message.trouble = "not sent yet, trying again";
      show();
      await pause(wait);
    }
  }
  show();
}

// Refused for good: the text goes back into the field, so that it can be changed.
function giveBack(message, error) {
  takeOut(message.message_id);
  tell("trouble", error.message);
  $("text").value ||= message.text;
  show();
}

function post(text, attachments = []) {
  putOut(text, attachments);
  tell("trouble", "");
  show();
  scrollToTheEnd();
  send();
}

function write(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (waitsForUploads() || (!text && !attached.length)) return;
  $("text").value = "";
  post(text, takeAttached());
}

// As many digits as the server wants after "Phone:" (assistant/fields/values.py): what is accepted here is kept there.
const isPhone = (typed) => (typed.match(/\p{Nd}/gu) || []).length >= 6;

// What is left here is a message like any other: the server finds the address in it.
function leaveAddress(event) {
  event.preventDefault();
  const { email, phone } = event.target.elements;
  const given = [["Email", email], ["Phone", phone]].filter(([, field]) => field.value.trim());
  const wrong = !given.length ? "Leave an email address or a phone number."
    : email.validity.typeMismatch ? "This is no email address yet."
    : phone.value.trim() && !isPhone(phone.value) ? "This is no phone number yet." : "";
  tell("wrong", wrong);
  if (wrong) return (given.length && !email.validity.typeMismatch ? phone : email).focus();
  post(given.map(([name, field]) => `${name}: ${field.value.trim()}`).join("\n"));
  event.target.reset();
  standing = { ...standing, ask: "" };
  show();
  $("text").focus();
}

let pressId = newId();

async function askForAPerson() {
  $("person").disabled = true;
  try {
    await call("/chat/handover", { body: { press_id: pressId } });
    pressId = newId();
    tell("trouble", "");
  } catch (error) {
    tell("trouble", error.status ? error.message : "That did not get through. Please try again.");
  }
  $("person").disabled = Boolean(shut);
}

// ---- in the widget: the page around it says who it is, and hears when to close or that something was said ------------

function tellHost(what, value) {
  if (FRAMED) parent.postMessage({ handover: what, value }, site);
}

function startOver() {
  for (const one of outbox) forget(one.name);
  forget("token");
  location.reload();
}

function hear(event) {
  if (event.source !== parent || !event.data?.handover) return;
  if (event.data.handover === "hello" && !main.dataset.site) {
    site = main.dataset.site = event.origin;
    if (!mayStore) for (const [name, value] of JSON.parse(event.data.kept || "[]")) memory.set(name, value);
    start();
    tellHost("ready");
  }
  if (event.data.handover === "focus" && event.origin === site) $("text").focus();
}

function start() {
  findUnsent();
  show();
  follow();
}

list.addEventListener("scroll", () => { isAtTheEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60; });
new ResizeObserver(() => { if (isAtTheEnd) scrollToTheEnd(); }).observe(list);
$("write").addEventListener("submit", write);
$("reach").addEventListener("submit", leaveAddress);
$("person").addEventListener("click", askForAPerson);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("write").requestSubmit();
});
addEventListener("offline", () => { cut(); connected(false); });
addEventListener("online", wake);
if (FRAMED) {
  addEventListener("message", hear);
  addEventListener("keydown", (event) => { if (event.key === "Escape") tellHost("close"); });
  $("close").addEventListener("click", () => tellHost("close"));
  $("over").addEventListener("click", startOver);
} else {
  start();
  $("text").focus();
}
