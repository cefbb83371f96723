// Votes and wanted errors without leaving the page; their forms work without this. What one said is remembered in
// this browser alone, so that it can be taken back later and isn't asked for again.

const MEMORY = "said";
const MOST_REMEMBERED = 200;

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(MEMORY)) ?? {};
  } catch {
    return {}; // storage is forbidden here, or somebody else's
  }
}

function remember(key, value) {
  const { [key]: _, ...others } = remembered();
  const kept = Object.entries(others).slice(1 - MOST_REMEMBERED);
  try {
    localStorage.setItem(MEMORY, JSON.stringify(Object.fromEntries(value ? [...kept, [key, value]] : kept)));
  } catch {
    // then it is forgotten with the page
  }
}

async function send(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  return response?.ok ? answer : { refused: answer?.detail ?? "That didn't reach the server." };
}

// Whether it is gone: taken back now, or earlier.
async function takeBack(address, token) {
  const response = await fetch(`${address}/${encodeURIComponent(token)}`, { method: "DELETE" }).catch(() => null);
  return response?.ok || response?.status === 404;
}

function undoButton(name, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "undo";
  button.textContent = "Undo";
  if (name) button.setAttribute("aria-label", `Undo, ${name}`);
  button.addEventListener("click", act);
  return button;
}

// --- votes ----------------------------------------------------------------------------------------

const keyOf = (form) => `${form.elements.entry.value}#${form.elements.fix.value}`;

function showCounts(form) {
  const { worked, failed } = form.dataset;
  form.querySelector(".vote-counts").textContent = worked + failed === "00" ? "" : `worked for ${worked}, not for ${failed}`;
}

function showVote(form, worked, token) {
  const [buttons, ask, line] = [".vote-buttons", ".vote-ask", ".vote-said"].map((part) => form.querySelector(part));
  buttons.hidden = ask.hidden = true;
  line.textContent = worked ? "You said that it worked." : "You said that it didn't work.";
  const undo = undoButton(form.closest(".fix")?.querySelector("summary")?.textContent.trim(), async () => {
    if (!await takeBack(form.dataset.api, token)) {
      line.textContent = "That didn't reach the server.";
      return;
    }
    remember(keyOf(form), null);
    undo.remove();
    buttons.hidden = ask.hidden = false;
    form.dataset[worked ? "worked" : "failed"] -= 1;
    showCounts(form);
    line.textContent = "Taken back.";
    buttons.querySelector("button").focus();
  });
  form.append(undo);
  return undo;
}

async function vote(form, worked) {
  const { entry, fix, fingerprint } = form.elements;
  const said = { entry: entry.value, fix: fix.value, worked };
  if (fingerprint) said.fingerprint = fingerprint.value;
  const { token, feedback, refused } = await send(form.dataset.api, said);
  if (refused) {
    form.querySelector(".vote-said").textContent = refused;
    return;
  }
  remember(keyOf(form), { token, worked });
  Object.assign(form.dataset, feedback);
  showCounts(form);
  showVote(form, worked, token).focus(); // the button that had the focus is gone
}

function showRemembered() {
  const said = remembered();
  for (const form of document.querySelectorAll("form.vote:not(:has(.undo))")) {
    const mine = said[keyOf(form)];
    if (mine) showVote(form, mine.worked, mine.token);
  }
}

// --- wanted errors --------------------------------------------------------------------------------

async function want(form) {
  const line = form.querySelector(".want-said");
  const foot = form.querySelector(".want-foot");
  const kept = await send(form.dataset.api, { text: form.elements.text.value });
  if (kept.refused) {
    line.textContent = kept.refused;
    return;
  }
  form.querySelector(".want-line").textContent = kept.exception + (kept.normal ? `: ${kept.normal}` : "");
  foot.hidden = true;
  line.textContent = `It is on the list, wanted ${kept.count === 1 ? "once" : `${kept.count} times`}.`;
  const undo = undoButton("", async () => {
    if (!await takeBack(form.dataset.api, kept.token)) return;
    undo.remove();
    foot.hidden = false;
    line.textContent = "Taken back.";
    foot.querySelector("button").focus();
  });
  form.append(undo);
  undo.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form.vote") && event.submitter) {
    event.preventDefault();
    vote(form, event.submitter.value === "yes");
  } else if (form.matches("form.want")) {
    event.preventDefault();
    want(form);
  }
});

// Answers come and go while somebody types.
const place = document.querySelector("#answer");
if (place) new MutationObserver(showRemembered).observe(place, { childList: true });
showRemembered();
