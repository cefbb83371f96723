// A log file, dropped on the page or opened with the button, goes into the box. Of one over the limit, its head and tail.

const box = document.querySelector("#text");
const trouble = document.querySelector("#trouble");
const picker = document.querySelector("#file");
const limit = Number(box.form.dataset.limit);

function decoded(bytes) {
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
  if (mark) return new TextDecoder(mark).decode(bytes);
  if (bytes.subarray(0, 4096).includes(0)) return null; // no text has NUL bytes
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// From one line's beginning to another's end, so that no character is cut in two.
function wholeLines(bytes, dropFirst, dropLast) {
  const start = dropFirst ? bytes.indexOf(10) + 1 : 0;
  const end = dropLast ? bytes.lastIndexOf(10) + 1 : bytes.length;
  return bytes.subarray(start, end || bytes.length);
}

async function put(file) {
  let text;
  let notice = "";
  try {
    const read = async (part) => new Uint8Array(await part.arrayBuffer());
    if (file.size <= limit) {
      text = decoded(await read(file));
    } else {
      const half = Math.floor(limit / 2) - 100;
      const head = decoded(wholeLines(await read(file.slice(0, half)), false, true));
      const tail = decoded(wholeLines(await read(file.slice(-half)), true, false));
      text = head === null || tail === null ? null : `${head}[… ${file.size - 2 * half} bytes left out …]\n${tail}`;
      notice = `${file.name} is longer than ${limit.toLocaleString("en")} bytes: its beginning and its end were read.`;
    }
  } catch {
    trouble.textContent = `${file.name} can't be read.`;
    return;
  }
  if (text === null) {
    trouble.textContent = `${file.name} isn't a text file.`;
    return;
  }
  box.value = text;
  if (notice) box.dataset.notice = notice;
  box.dispatchEvent(new InputEvent("input", { inputType: "insertFromDrop", bubbles: true }));
}

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault(); // else the browser would leave the page for the file
  box.form.classList.add("is-target");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) box.form.classList.remove("is-target");
});
document.addEventListener("drop", (event) => {
  box.form.classList.remove("is-target");
  if (!holdsFiles(event)) return;
  event.preventDefault();
  if (event.dataTransfer.files[0]) put(event.dataTransfer.files[0]);
});

document.querySelector("#open").addEventListener("click", () => picker.click());
picker.addEventListener("change", () => {
  if (picker.files[0]) put(picker.files[0]);
  picker.value = "";
});
