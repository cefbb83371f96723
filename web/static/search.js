// The search page while somebody types: the same address is fetched that the form would lead to, and the results are
// taken out of the page that comes back. The address always says what is shown.

const PAUSE_MS = 120;
const form = document.querySelector("form.seek");
const box = form.elements.q;
const status = document.querySelector("#status");
let running = null;
let waiting = 0;
// While words are typed the address changes in place; the first change after a pause for reading is a step back.
let typing = false;
// The address whose results stand on the page.
let shown = withoutHash(location.href);

function withoutHash(address) {
  return address.split("#", 1)[0];
}

const found = () => document.querySelector("#found");

function address() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) asked.set(name, value.trim());
  const words = asked.toString();
  return words ? `${form.action}?${words}` : form.action;
}

async function show(url) {
  clearTimeout(waiting);
  running?.abort();
  const mine = running = new AbortController();
  shown = withoutHash(url);
  found().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const results = page.querySelector("#found");
    if (results) {
      found().replaceWith(results);
      for (const old of form.querySelectorAll("[type=hidden]")) old.remove();
      form.append(...page.querySelectorAll("form.seek [type=hidden]"));
    } else {
      found().replaceChildren(...page.querySelector("main").childNodes); // an error says what is wrong
    }
    document.title = page.title;
    const told = [...document.querySelectorAll("#count, .pages .muted")];
    status.textContent = told.map((one) => one.textContent).join(", ");
  } catch (error) {
    if (error.name === "AbortError") return;
    status.textContent = "The server can't be reached.";
  }
  if (running === mine) found().removeAttribute("aria-busy");
}

function go(url, replace) {
  if (url === withoutHash(location.href)) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  return show(url);
}

box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const inPlace = typing;
    typing = true;
    go(address(), inPlace);
  }, PAUSE_MS);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  go(address(), typing);
  typing = false;
});

// Reading on ends the typing: what is typed next is another step.
box.addEventListener("blur", () => { typing = false; });

document.addEventListener("click", async (event) => {
  const link = event.target.closest("#found a[data-live]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  typing = false;
  const words = new URL(link.href).searchParams.get("q") ?? "";
  if (words !== box.value.trim()) box.value = words;
  await go(link.href, false);
  // The link that had the focus is gone with the old results.
  const count = document.querySelector("#count");
  count?.focus({ preventScroll: true });
  count?.scrollIntoView({ block: "nearest" });
});

addEventListener("popstate", () => {
  // A link within the page (to the filters) isn't another question.
  if (withoutHash(location.href) === shown) return;
  typing = false;
  box.value = new URL(location.href).searchParams.get("q") ?? "";
  show(location.href);
});

// Arrows go through the results, Enter follows the link that has the focus.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const links = [...document.querySelectorAll(".hit h3 a")];
  const at = links.indexOf(document.activeElement);
  if (at < 0 && document.activeElement !== box) return;
  event.preventDefault();
  const next = event.key === "ArrowDown" ? at + 1 : at - 1;
  if (next === -1) box.focus();
  else links[next]?.focus();
});
