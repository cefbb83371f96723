// What answers and entries have: code is copied with one click, whole programs come when they are unfolded.
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

// A whole program is fetched when it is unfolded. Until it is there, and if it doesn't come, a link leads to it.
document.addEventListener("toggle", async (event) => {
  const folded = event.target;
  if (!folded.open || !("program" in folded.dataset)) return;
  delete folded.dataset.program;
  // The link is written for paper too, so it names a host; this page's own may be called differently.
  const address = new URL(folded.querySelector("a").href).pathname;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    folded.querySelector("p").replaceWith(page.querySelector("main .code"));
  } catch {
    folded.dataset.program = ""; // the next unfolding tries again
  }
}, true); // this event doesn't bubble
