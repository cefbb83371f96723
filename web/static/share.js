// A link that carries the text itself, as the page shows it, that is without its secrets. It stands behind the `#`,
// which browsers keep to themselves: no server and no log sees it.

const LONGEST_LINK = 16_000;
const LONGEST_TEXT = 1 << 20; // characters: what a small link may unpack to

const box = document.querySelector("#text");
const trouble = document.querySelector("#trouble");

const through = (bytes, transform) => new Blob([bytes]).stream().pipeThrough(transform);

async function packed(text) {
  const bytes = new TextEncoder().encode(text);
  if (!globalThis.CompressionStream) return `u${base64(bytes)}`;
  return `d${base64(new Uint8Array(await new Response(through(bytes, new CompressionStream("deflate-raw"))).arrayBuffer()))}`;
}

async function unpacked(word) {
  const bytes = unbase64(word.slice(1));
  if (word[0] === "u") return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (word[0] !== "d") throw new RangeError("neither packed nor plain");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = through(bytes, new DecompressionStream("deflate-raw")).getReader();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length > LONGEST_TEXT) throw new RangeError("too long");
  }
  return text + decoder.decode();
}

function base64(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unbase64(word) {
  return Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

document.addEventListener("click", async (event) => {
  if (event.target.id !== "share") return;
  const said = document.querySelector("#shared");
  const word = await packed(document.querySelector(".paste").textContent);
  const link = `${location.origin}${location.pathname}#p=${word}`;
  if (link.length > LONGEST_LINK) {
    said.textContent = `Too long for a link: ${link.length.toLocaleString("en")} characters, ${LONGEST_LINK.toLocaleString("en")} are the most. Leave the traceback only.`;
    return;
  }
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link);
    said.textContent = "Link copied. It holds the text as shown here; secrets are left out.";
  } catch {
    said.textContent = "The link is in the address bar. It holds the text as shown here; secrets are left out.";
  }
});

async function openShared() {
  if (!location.hash.startsWith("#p=")) return;
  try {
    if (location.hash.length > 2 * LONGEST_LINK) throw new RangeError("too long");
    box.value = await unpacked(location.hash.slice(3));
  } catch {
    trouble.textContent = "The text in this link is damaged or cut off.";
    return;
  }
  box.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
}

// What is typed now is no longer what the address says.
box.addEventListener("input", (event) => {
  if (event.isTrusted && location.hash.startsWith("#p=")) history.replaceState(null, "", location.pathname + location.search);
});
addEventListener("hashchange", openShared);
openShared();
