// What every page has: the switch between light and dark, and the `/` key.
// All of it improves pages that work without it.

// --- light and dark --------------------------------------------------------------------------------

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const themeSwitch = document.querySelector("#theme_switch");

const shownTheme = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");

function nameSwitch() {
  const other = shownTheme() === "dark" ? "light" : "dark";
  themeSwitch.setAttribute("aria-label", `Use ${other} colours`);
  themeSwitch.title = `Use ${other} colours`;
}

themeSwitch.addEventListener("click", () => {
  const wanted = shownTheme() === "dark" ? "light" : "dark";
  // What the system says anyway isn't remembered: the page goes on following it.
  const followsSystem = wanted === (dark.matches ? "dark" : "light");
  if (followsSystem) delete root.dataset.theme;
  else root.dataset.theme = wanted;
  try {
    if (followsSystem) localStorage.removeItem("theme");
    else localStorage.setItem("theme", wanted);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
  nameSwitch();
});
dark.addEventListener("change", nameSwitch);
nameSwitch();

// --- the `/` key -------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  // The box that the page is about, where there is one.
  const wanted = document.querySelector("main [data-slash]") ?? document.querySelector("#text") ?? document.querySelector("#quick_words");
  event.preventDefault();
  wanted.focus();
  wanted.select();
});
