// The chat page. What is written is kept until the server shows it, and sent again with the same id after any trouble.
"use strict";

const $ = (id) => document.getElementById(id);
const list = $("messages");
const OUTBOX = `handover-outbox-${$("main").dataset.chat}`;
const LATE = 50; // a message may become visible after later ones: so many rows are asked for again
const TYPING_MS = 60000;

const shown = new Map(); // row -> message
const accepted = new Set(); // ids of messages that the server has taken, and perhaps does not show yet
let outbox = JSON.parse(localStorage.getItem(OUTBOX) || "[]"); // [{message_id, text}]
let standing = { status: "bot", text: $("standing").textContent, button: true };
let waitingSince = 0;

const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// ---- showing --------------------------------------------------------------------------------------------------------

const SPEAKERS = { contact: "You", bot: "Bot", person: "Team", system: "" };

function bubble(message) {
  const item = document.createElement("li");
  item.className = `message ${message.author}`;
  const speaker = message.label || SPEAKERS[message.author];
  if (speaker) item.append(line("by", message.pending ? `${speaker} · ${message.pending}` : speaker));
  item.append(line("text", message.text));
  if (message.at) item.title = new Date(message.at).toLocaleString();
  return item;
}

function line(kind, text) {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.textContent = text;
  return paragraph;
}

// Bubbles stay in the page as they are, so that a screen reader hears only what is new.
const bubbles = new Map(); // key -> {element, source}

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
  const own = outbox.map((one) => ({
    ...one, author: "contact", pending: one.trouble || (accepted.has(one.message_id) ? "sent" : "sending"),
  }));
  return [...said, ...own];
}

function show() {
  const atTheEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
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
  if (atTheEnd) list.scrollTop = list.scrollHeight;
}

function showStanding() {
  if ($("standing").textContent !== standing.text) $("standing").textContent = standing.text;
  $("person").hidden = !standing.button;
  const last = everything().at(-1);
  const waits = standing.status === "bot" && last?.author === "contact" && !last.trouble;
  if (waits && !waitingSince) { waitingSince = Date.now(); setTimeout(showStanding, TYPING_MS + 100); }
  if (!waits) waitingSince = 0;
  $("typing").hidden = !(waits && Date.now() - waitingSince < TYPING_MS);
}

function tellTrouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

// ---- reading --------------------------------------------------------------------------------------------------------

let reading = false;
let readAgain = false;

async function read() {
  readAgain = reading;
  if (reading) return;
  reading = true;
  try {
    await readBehind(Math.max(0, ...shown.keys()) - LATE);
  } catch {
    // The event source says when the connection is back.
  } finally {
    reading = false;
  }
  show();
  if (readAgain) read();
}

async function readBehind(row) {
  let after = Math.max(0, row);
  while (after !== null) {
    const answer = await fetch(`/chat/messages?after=${after}`);
    if (answer.status === 401) tellTrouble("This chat is not known any more. Allow cookies and load the page again.");
    if (!answer.ok) return;
    const part = await answer.json();
    for (const message of part.items) shown.set(message.row, message);
    standing = part.standing;
    after = part.next === null ? null : Number(part.next);
  }
  const arrived = new Set([...shown.values()].map((one) => one.message_id));
  setOutbox(outbox.filter((one) => !arrived.has(one.message_id)));
}

function listen() {
  const events = new EventSource("/chat/live");
  events.addEventListener("open", read);
  events.addEventListener("news", read);
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

// ---- writing --------------------------------------------------------------------------------------------------------

function setOutbox(messages) {
  outbox = messages;
  localStorage.setItem(OUTBOX, JSON.stringify(outbox.map(({ message_id, text }) => ({ message_id, text }))));
}

const ask = (path, body) => fetch(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

let sending = false;

// One after the other, in order; each until it is accepted or refused for good.
async function send() {
  if (sending) return;
  sending = true;
  for (let next = unsent(); next; next = unsent()) await sendOne(next);
  sending = false;
}

const unsent = () => outbox.find((one) => !accepted.has(one.message_id));

async function sendOne(message) {
  for (let wait = 1000; !accepted.has(message.message_id); wait = Math.min(2 * wait, 15000)) {
    const answer = await ask("/chat/messages", { message_id: message.message_id, text: message.text }).catch(() => null);
    if (answer?.ok) accepted.add(message.message_id);
    else if (answer && answer.status < 500 && answer.status !== 429) return giveBack(message, answer);
    else await tryLater(message, wait);
  }
  delete message.trouble;
  tellTrouble("");
  show();
}

async function tryLater(message, wait) {
  message.trouble = "not sent yet, trying again";
  show();
  await pause(wait);
}

// Refused for good: the text goes back into the field, so that it can be changed.
async function giveBack(message, answer) {
  setOutbox(outbox.filter((one) => one !== message));
  const problem = await answer.json().catch(() => ({}));
  tellTrouble(problem.detail || "This message could not be sent.");
  $("text").value ||= message.text;
  show();
}

function write(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  setOutbox([...outbox, { message_id: newId(), text }]);
  $("text").value = "";
  tellTrouble("");
  show();
  list.scrollTop = list.scrollHeight;
  send();
}

let pressId = newId();

async function askForAPerson() {
  $("person").disabled = true;
  const answer = await ask("/chat/handover", { press_id: pressId }).catch(() => null);
  $("person").disabled = false;
  if (answer?.ok) {
    pressId = newId();
    tellTrouble("");
    read();
    return;
  }
  const problem = await answer?.json().catch(() => null);
  tellTrouble(problem?.detail || "That did not get through. Please try again.");
}

// ---- the page as it was loaded --------------------------------------------------------------------------------------

$("write").addEventListener("submit", write);
$("person").addEventListener("click", askForAPerson);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("write").requestSubmit();
});
show();
listen();
send();
$("text").focus();
