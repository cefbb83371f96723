// Quick search at the head of a page: a combobox (ARIA's pattern of that name, with a list). Without it, the form leads
// to the search page.

const PAUSE_MS = 80;
const LONGEST_WORDS = 200;
const form = document.querySelector("form.quick");
const box = form.querySelector("input");
const list = form.querySelector(".quick-list");
const said = form.querySelector("[role=status]");
let running = null;
let waiting = 0;

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");

const options = () => [...list.querySelectorAll("[role=option]")];

function close() {
  running?.abort();
  clearTimeout(waiting);
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function activate(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function option(number, href, name, detail, mono) {
  const link = document.createElement("a");
  link.id = `quick_${number}`;
  link.href = href;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  for (const [text, className] of [[name, "quick-name"], [detail, mono ? "quick-detail mono" : "quick-detail"]]) {
    const line = document.createElement("span");
    line.className = className;
    line.textContent = text;
    link.append(line);
  }
  return link;
}

async function suggest() {
  const text = box.value.trim();
  if (text.length < 2 || text.length > LONGEST_WORDS) return close();
  running?.abort();
  running = new AbortController();
  let items;
  try {
    const asked = new URLSearchParams({ q: text, limit: 7 });
    const response = await fetch(`${form.dataset.suggest}?${asked}`, { signal: running.signal });
    if (!response.ok) return close();
    ({ items } = await response.json());
  } catch {
    return; // a later key was faster, or the server is away: the form still works
  }
  const shown = items.map((item, number) =>
    option(number, item.url, item.title.replaceAll("`", ""), `${item.exception} · ${item.library}`, true));
  const all = `${form.action}?${new URLSearchParams({ q: text })}`;
  shown.push(option(shown.length, all, "Search all texts", `for ${text}`, false));
  list.replaceChildren(...shown);
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  box.removeAttribute("aria-activedescendant");
  said.textContent = items.length === 1 ? "1 entry fits" : `${items.length} entries fit`;
}

box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, PAUSE_MS);
});

box.addEventListener("keydown", (event) => {
  const shown = options();
  const open = !list.hidden;
  const at = shown.findIndex((one) => one.id === box.getAttribute("aria-activedescendant"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!open) return void suggest();
    // One place more than there are options: the box itself, where the words are typed on.
    const step = event.key === "ArrowDown" ? 1 : -1;
    activate(shown[((at + 1 + step + shown.length + 1) % (shown.length + 1)) - 1]);
  } else if (event.key === "Enter" && open && at >= 0) {
    event.preventDefault();
    shown[at].click();
  } else if (event.key === "Escape" && open) {
    event.preventDefault(); // the first press closes the list, the next one empties the box
    close();
  }
});

form.addEventListener("submit", close);
form.addEventListener("focusout", (event) => {
  if (!form.contains(event.relatedTarget)) close();
});
// A press on the list must not take the focus away first, or the list were gone before the click.
list.addEventListener("pointerdown", (event) => event.preventDefault());
