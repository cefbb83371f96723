// The lookup page, which works without this too: answers while somebody types or pastes.
"use strict";

const form = document.querySelector("form.ask");
const place = document.querySelector("#answer");
const status = document.querySelector("#status");
const PAUSE_MS = 350;

// --- the answer, while typing -------------------------------------------------------------------

let running = null;
let waiting = 0;
let answered = form ? form.elements.text.value : "";

async function ask() {
  clearTimeout(waiting);
  const text = form.elements.text.value;
  if (text === answered) return;
  running?.abort();
  running = new AbortController();
  place.classList.add("is-old");
  try {
    const response = await fetch(form.dataset.answer, {
      method: "POST",
      headers: { "Content-Type": "text/plain; charset=utf-8" },
      body: text,
      signal: running.signal,
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = response.ok ? page.body : page.querySelector("main article");
    place.replaceChildren(...(shown ?? page.body).childNodes);
    answered = text;
    if (place.querySelector(".verdict-match, .other")) document.querySelector("#suggestions").hidden = true;
    status.textContent = place.querySelector(".verdict-word, h1")?.textContent ?? "";
  } catch (error) {
    if (error.name === "AbortError") return;
    status.textContent = "The server can't be reached.";
  }
  place.classList.remove("is-old");
}

// --- entries by the beginning of a word -----------------------------------------------------------

const LONGEST_WORDS = 100;
let asked = 0;

async function suggest() {
  const list = document.querySelector("#suggestions");
  const text = form.elements.text.value.trim();
  const number = ++asked;
  let items = [];
  if (text.length > 1 && text.length <= LONGEST_WORDS && !text.includes("\n")) {
    const response = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ limit: 6, q: text })}`).catch(() => null);
    if (response?.ok) ({ items } = await response.json());
  }
  if (number !== asked) return; // a later key was faster
  list.hidden = items.length === 0;
  list.replaceChildren(...items.map((item) => {
    const link = document.createElement("a");
    link.href = item.url;
    const title = document.createElement("span");
    title.textContent = item.title.replaceAll("`", "");
    const name = document.createElement("span");
    name.className = "mono muted";
    name.textContent = item.exception;
    link.append(title, name);
    return link;
  }));
}

if (form) {
  const box = form.elements.text;
  box.addEventListener("input", suggest);
  box.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, event.inputType === "insertFromPaste" ? 0 : PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    if (event.key === "Escape") box.blur();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const box = document.querySelector("#text");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
