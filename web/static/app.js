// What every page has: code is copied with one click, votes are given without leaving. All of it works without, too.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copy(button.closest(".code").querySelector("code"), button);
});

async function copy(code, button) {
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    // No clipboard without a secure context or permission: selecting it leaves one key to press.
    getSelection().selectAllChildren(code);
    said = "Selected";
  }
  const name = button.firstChild; // what follows it is for those who can't see which code the button stands on
  name.data = said;
  announce(said);
  setTimeout(() => { name.data = "Copy"; }, 1600);
}

// One polite line for those who listen to the page; emptied first, so that the same words are said again.
function announce(words) {
  const line = document.querySelector("#status");
  if (!line) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = words; }, 50);
}

// --- votes --------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const vote = event.target.closest("form.vote");
  if (!vote || !event.submitter) return;
  event.preventDefault();
  const fields = vote.elements;
  const said = { entry: fields.entry.value, fix: fields.fix.value, worked: event.submitter.value === "yes" };
  if (fields.fingerprint.value) said.fingerprint = fields.fingerprint.value;
  const response = await fetch(vote.dataset.api, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(said),
  }).catch(() => null);
  if (!response?.ok) {
    tell(vote, "That didn't reach the server.");
    return;
  }
  const { token } = await response.json();
  const before = [...vote.childNodes];
  const undo = document.createElement("button");
  undo.type = "button";
  undo.textContent = "Undo";
  undo.addEventListener("click", async () => {
    await fetch(`${vote.dataset.api}/${encodeURIComponent(token)}`, { method: "DELETE" }).catch(() => null);
    vote.replaceChildren(...before);
  });
  vote.replaceChildren(...before.filter((node) => node.type === "hidden"));
  tell(vote, "Thank you.");
  vote.append(undo);
});

function tell(vote, words) {
  let line = vote.querySelector("output");
  if (!line) {
    line = document.createElement("output");
    vote.append(line);
  }
  line.textContent = words;
}
