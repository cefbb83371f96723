// The lookup page, which works without this too: answers while somebody types or pastes. files.js and share.js put
// text into the box and say so with an `input` event, as if it had been pasted.

const PAUSE_MS = 140;
const QUIET_MS = 700;
const AT_ONCE = new Set(["insertFromPaste", "insertFromDrop", "insertReplacementText"]);
const CUT = "\n[… bytes left out …]\n";

const form = document.querySelector("form.ask");
const box = form.elements.text;
const place = document.querySelector("#answer");
const status = document.querySelector("#status");
const trouble = document.querySelector("#trouble");
const limit = Number(form.dataset.limit);

let running = null;
let waiting = 0;
let saying = 0;
let asked = 0; // numbers the questions: only the answer to the last one is shown
let answered = box.defaultValue;

async function ask() {
  clearTimeout(waiting);
  running?.abort();
  const number = ++asked;
  const text = box.value;
  const told = box.dataset.notice ?? ""; // by files.js, of a file that is too long
  delete box.dataset.notice;
  say("");
  if (text === answered) return settle();
  running = new AbortController();
  place.setAttribute("aria-busy", "true");
  const { sent, notice } = bounded(text);
  try {
    const response = await fetch(form.dataset.answer, {
      method: "POST",
      headers: { "Content-Type": "text/plain; charset=utf-8" },
      body: sent,
      signal: running.signal,
    });
    const html = await response.text();
    if (number !== asked) return;
    if (response.status === 429) return fail("Too many questions in a short time.");
    if (!response.ok) return fail(`The server couldn't answer (${response.status}).`);
    show(html);
    answered = text;
    say(notice || told);
  } catch {
    if (number === asked) fail("The server can't be reached.");
  }
}

function show(html) {
  // The server escaped it; what the paste holds is text there, and nothing here makes markup of text.
  place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  settle();
  const error = place.querySelector(".paste .m-first");
  const pane = error?.closest(".paste");
  if (pane) pane.scrollTop = error.offsetTop - pane.clientHeight / 3;
  announce(place.querySelector("[data-said]")?.dataset.said ?? "");
}

// Those who listen to the page hear an answer once, and none of those that come while they are still typing.
function announce(words) {
  clearTimeout(saying);
  if (words === status.textContent) return;
  status.textContent = "";
  saying = setTimeout(() => { status.textContent = words; }, QUIET_MS);
}

function settle() {
  running = null;
  place.removeAttribute("aria-busy");
  place.classList.remove("is-old");
}

function fail(words) {
  settle();
  place.classList.toggle("is-old", place.querySelector(".answer") !== null);
  say(`${words} Your text is still here.`, true);
}

function say(words, again = false) {
  trouble.replaceChildren(...(words ? [words] : []));
  if (!again) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Try again";
  button.addEventListener("click", ask);
  trouble.append(" ", button);
}

// Of a text over the server's limit the head and the tail are read: a log's error stands at its end.
function bounded(text) {
  if (text.length * 3 <= limit) return { sent: text, notice: "" };
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return { sent: text, notice: "" };
  const half = Math.floor((limit - CUT.length * 3) / 2) - 8; // a character cut in two becomes a longer one
  const decoder = new TextDecoder();
  const sent = decoder.decode(bytes.subarray(0, half)) + CUT + decoder.decode(bytes.subarray(-half));
  return { sent, notice: `This text is longer than ${limit.toLocaleString("en")} bytes: its beginning and its end were read.` };
}

box.addEventListener("input", (event) => {
  clearTimeout(waiting);
  clearTimeout(saying);
  if (AT_ONCE.has(event.inputType)) ask();
  else waiting = setTimeout(ask, PAUSE_MS);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  if (event.key !== "Escape" || event.isComposing) return;
  if (!running) return box.blur();
  asked++;
  running.abort();
  settle();
  say("Stopped. Your text is still here.", true);
});

document.querySelector("#clear").addEventListener("click", () => {
  box.focus();
  box.select();
  document.execCommand("delete"); // unlike setting the value, this can be undone
  ask();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.example")) return;
  event.preventDefault();
  box.value = event.target.elements.text.value;
  ask();
});

// A browser puts back what stood here when somebody comes back to the page or loads it again.
addEventListener("pageshow", () => {
  if (box.value !== answered) ask();
});
