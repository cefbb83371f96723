// Tells the extension which button was pressed, by number; what is inserted or copied never passes through here.
"use strict";

const editor = acquireVsCodeApi();
const said = document.querySelector("#said");

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-do]") : null;
  if (!button) return;
  const { do: what, code, entry } = button.dataset;
  editor.postMessage(what === "entry" ? { what, entry } : { what, code: Number(code) });
});

addEventListener("message", ({ data }) => {
  said.textContent = String(data.said);
  setTimeout(() => { said.textContent = ""; }, 2000);
});
