// Loaded before anything is painted, so that a remembered theme comes without a flash of the other one. The rest of
// the switch is in site.js.
"use strict";
document.documentElement.classList.add("scripted");
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system's theme it is.
}
