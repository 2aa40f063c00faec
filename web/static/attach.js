// What a visitor attaches: chosen or pasted, taken to the server at once, and listed above the field until it is sent.
// Loaded before chat.js, which shows messages from its first moment on; everything of it is used only later.
"use strict";

const chooser = document.getElementById("file"); // its attributes say what is taken
const MOST = Number(chooser.dataset.most);
const MOST_BYTES = Number(chooser.dataset.mostBytes);

let attached = []; // [{id, name, is_picture}]: uploaded, and not sent yet
let uploading = [];
let sendsAfter = false; // the visitor pressed Send before everything was there

function cantAttach(file) {
  if (attached.length + uploading.length >= MOST) return `One message takes at most ${MOST} pictures and files.`;
  if (!chooser.accept.split(",").includes(file.type)) return `${file.name} can't be sent: only ${chooser.dataset.kinds} can.`;
  return file.size > MOST_BYTES ? `${file.name} is larger than ${MOST_BYTES / 1024 ** 2} MB and can't be sent.` : "";
}

async function attach(files) {
  tell("trouble", "");
  for (const file of files) {
    const wrong = cantAttach(file);
    if (wrong) tell("trouble", wrong);
    else await upload(file);
  }
}

async function upload(file) {
  uploading.push(file.name);
  showAttached();
  try {
    const answer = await call(`/chat/attachments?name=${encodeURIComponent(file.name)}`, { file });
    attached.push(await answer.json());
  } catch (error) {
    sendsAfter = false;
    tell("trouble", error.status ? error.message : `${file.name} did not get through. Please attach it again.`);
  }
  uploading = uploading.filter((name) => name !== file.name);
  showAttached();
  if (sendsAfter && !uploading.length) { sendsAfter = false; $("write").requestSubmit(); }
}

function waitsForUploads() {
  sendsAfter = uploading.length > 0;
  return sendsAfter;
}

function takeAttached() {
  const taken = attached;
  attached = [];
  showAttached();
  return taken;
}

function showAttached() {
  const staged = attached.map((one) => {
    const item = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "✕";
    remove.ariaLabel = `Remove ${one.name}`;
    remove.addEventListener("click", () => { attached = attached.filter((other) => other !== one); showAttached(); $("text").focus(); });
    item.append(one.name || "picture", remove);
    return item;
  });
  const coming = uploading.map((name) => {
    const item = document.createElement("li");
    item.textContent = `${name} · uploading`;
    return item;
  });
  $("attached").replaceChildren(...staged, ...coming);
  $("attached").hidden = !staged.length && !coming.length;
}

// As data, since a picture can't send the token along that it takes to see it.
async function loadPicture(image, id) {
  try {
    const reader = new FileReader();
    reader.addEventListener("load", () => { image.src = reader.result; });
    reader.readAsDataURL(await (await call(`/chat/attachments/${id}`)).blob());
  } catch {
    // The message names it all the same.
  }
}

function pictures(message) {
  return (message.attachments || []).filter((one) => one.is_picture).map((one) => {
    const image = document.createElement("img");
    image.alt = one.name || "picture";
    image.addEventListener("load", () => { if (isAtTheEnd) scrollToTheEnd(); });
    loadPicture(image, one.id);
    return image;
  });
}

chooser.addEventListener("change", async () => {
  const files = [...chooser.files];
  chooser.value = "";
  await attach(files);
  $("text").focus();
});
document.getElementById("text").addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (files.length) { event.preventDefault(); attach(files); }
});
