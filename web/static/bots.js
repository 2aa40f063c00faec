// Makes the settings page quicker to use. The server draws every part; a button that changes rows, tries a phrase or shows the
// week sends the form as it is, and only the part that it is about is replaced. Without this script all of it works by whole pages.
"use strict";

const form = document.getElementById("settings");
const sample = JSON.parse(form.dataset.sample);
const asks = new Map();

// ---- parts that the server draws anew -------------------------------------------------------------------------------

async function replacePart(button) {
  const part = button.dataset.part;
  const ask = new AbortController();
  asks.get(part)?.abort();
  asks.set(part, ask);
  button.setAttribute("aria-busy", "true");
  try {
    const page = await fetched(button, ask.signal);
    const fresh = page?.getElementById(part);
    if (!fresh) {
      form.requestSubmit(button);
      return;
    }
    document.getElementById("news").replaceChildren(...page.getElementById("news").childNodes);
    show(part, fresh);
    focusAfter(button, part);
  } catch (error) {
    if (error.name !== "AbortError") form.requestSubmit(button);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function fetched(button, signal) {
  const body = new URLSearchParams(new FormData(form));
  body.append(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", body, signal, headers: { Accept: "text/html" } });
  if (answer.redirected) {
    location.assign(answer.url);
    throw new DOMException("signed out", "AbortError");
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(part, fresh) {
  const old = document.getElementById(part);
  const opened = [...document.querySelectorAll("details.card[open]")].map((card) => card.id);
  if (part === "settings") {
    form.replaceChildren(...fresh.childNodes);
    form.dataset.dirty = "";
  } else {
    old.replaceWith(fresh);
  }
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  refresh(form);
}

function focusAfter(button, part) {
  const place = document.getElementById(part);
  const goals = {
    last: () => [...place.querySelectorAll("li, fieldset")].at(-1)?.querySelector("input"),
    rule: () => [...place.querySelectorAll("details")].at(-1)?.querySelector(".fields input"),
  };
  const goal = goals[button.dataset.focus]?.() ?? (button.isConnected ? null : newPlace(button, place));
  goal?.focus();
}

function newPlace(button, place) {
  if (button.value === "add:handover.actions") {
    return [...place.querySelectorAll("#actions details")].at(-1)?.querySelector("summary");
  }
  return [...place.querySelectorAll("button")].find((one) => one.value.startsWith("add:")) ?? place.querySelector("button");
}

// ---- small helps ----------------------------------------------------------------------------------------------------

function refresh(place) {
  for (const slider of place.querySelectorAll("[data-slides]")) {
    slider.hidden = false;
    slider.value = document.getElementById(slider.dataset.slides).value;
  }
  for (const preview of place.querySelectorAll("[data-preview]")) {
    preview.textContent = filled(document.getElementById(preview.dataset.preview).value);
  }
}

function filled(text) {
  return text.replace(/\{([a-z_]+)\}/g, (whole, name) => sample[name] ?? whole);
}

function markDirty() {
  form.dataset.dirty = "";
  if (document.getElementById("unsaved").textContent === "") document.getElementById("unsaved").textContent = "Not saved yet.";
}

// ---- what people do -------------------------------------------------------------------------------------------------

form.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset.slides) document.getElementById(field.dataset.slides).value = field.value;
  const slider = form.querySelector(`[data-slides="${CSS.escape(field.id)}"]`);
  if (slider) slider.value = field.value;
  const preview = form.querySelector(`[data-preview="${CSS.escape(field.id)}"]`);
  if (preview) preview.textContent = filled(field.value);
  if (!field.name?.startsWith("_")) markDirty();
});

form.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("handover.hours.")) replacePart(document.getElementById("show-week"));
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-part]");
  if (!button) return;
  event.preventDefault();
  if (/^(add|remove):/.test(button.value)) markDirty();
  replacePart(button);
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
  event.preventDefault();
  const field = event.target;
  if (field.dataset.enter) document.getElementById(field.dataset.enter).click();
  else if ("phrase" in field.dataset) field.closest(".phrases").querySelector("[value^='add:']").click();
});

form.addEventListener("submit", () => delete form.dataset.dirty);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#f-']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  for (let card = field.closest("details"); card; card = card.parentElement.closest("details")) card.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
});

window.addEventListener("beforeunload", (event) => {
  if ("dirty" in form.dataset) event.preventDefault();
});

refresh(form);
