// Hand in by drag and drop: a zip or a folder, with a progress bar and a check of the size.
// Without this script the same form works by its button.

const NEVER = new Set([".git", ".venv", "venv", "__pycache__", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache"]);
const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i;
const EARLIEST = new Date("1980-01-01T12:00:00"); // zips know no earlier time; a fixed one makes the same bytes

function form() {
  return document.querySelector("form[data-hand-in]");
}

function complain(text) {
  const place = document.getElementById("archive-wrong");
  place.textContent = text && `✗ ${text}`;
  document.getElementById("archive").setAttribute("aria-invalid", Boolean(text));
}

function say(text) {
  form().querySelector("output").textContent = text;
}

/** Put `file` into the form, or show why it is too large. */
function choose(file) {
  const limit = Number(form().dataset.limit);
  if (file.size > limit) {
    complain(`${file.name} has ${Math.ceil(file.size / 1048576)} MiB; at most ${Math.floor(limit / 1048576)} are accepted. Hand in the project's own files only.`);
    return false;
  }
  complain("");
  const carrier = new DataTransfer();
  carrier.items.add(file);
  document.getElementById("archive").files = carrier.files;
  say(`${file.name}, ${Math.max(1, Math.round(file.size / 1024))} KiB`);
  return true;
}

/** Return the files below a dropped folder by their path in it. */
async function filesBelow(folder, prefix = "") {
  const found = {};
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const entry of entries) {
      if (NEVER.has(entry.name)) continue;
      if (entry.isDirectory) Object.assign(found, await filesBelow(entry, `${prefix}${entry.name}/`));
      else found[prefix + entry.name] = await new Promise((resolve, reject) => entry.file(resolve, reject));
    }
  }
}

/** Return a dropped folder as a zip. */
async function zipFolder(folder) {
  const { zipSync } = await import(form().dataset.zip);
  const contents = {};
  for (const [path, file] of Object.entries(await filesBelow(folder))) {
    contents[path] = new Uint8Array(await file.arrayBuffer());
  }
  return new File([zipSync(contents, { mtime: EARLIEST })], `${folder.name}.zip`, { type: "application/zip" });
}

/** Return the dropped things, each with `entry` and `file`; they must be read before the event ends. */
function listDropped(transfer) {
  const things = [...transfer.items].filter((item) => item.kind === "file");
  return things.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
}

/** Return the one thing to hand in: a single one, the only archive, or else the only folder. */
function only(things) {
  const folders = things.filter(({ entry }) => entry?.isDirectory);
  const archives = things.filter(({ entry, file }) => !entry?.isDirectory && ARCHIVE.test(file?.name));
  return [things, archives, archives.length ? [] : folders].find((some) => some.length === 1)?.[0];
}

async function drop(transfer) {
  const things = listDropped(transfer);
  const thing = only(things);
  const others = things.length - 1;
  say("");
  if (!things.length) complain("Nothing that you dropped is a file. Drop a zip, or the folder of your project.");
  else if (!thing) complain(`You dropped ${things.length} files or folders at once, and none of them is in the form. Drop one zip, or the one folder of your project.`);
  else if (await accept(thing)) return others && say(`${form().querySelector("output").textContent}; the other ${others} stay out`);
  document.getElementById("archive").value = "";
}

/** Put a dropped folder or file into the form; return whether that worked. */
async function accept({ entry, file }) {
  if (!entry?.isDirectory) return choose(file);
  say(`Zipping ${entry.name} …`);
  try {
    return choose(await zipFolder(entry));
  } catch (error) {
    say("");
    complain(`The folder could not be read (${error.message}). Make a zip of it and choose that.`);
    return false;
  }
}

// The whole page accepts drops: elsewhere a browser would open the file and leave the page.
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const target = form()?.querySelector(".drop");
    if (!target || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    target.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") drop(event.dataTransfer);
  });
}

document.addEventListener("change", (event) => {
  if (event.target.id === "archive" && event.target.files[0] && !choose(event.target.files[0])) event.target.value = "";
});

document.addEventListener("htmx:xhr:progress", (event) => {
  if (!event.detail.lengthComputable || !event.target.matches("form[data-hand-in]")) return;
  const bar = event.target.querySelector("progress");
  bar.hidden = false;
  bar.value = event.detail.loaded / event.detail.total;
  say(bar.value < 1 ? `${Math.round(100 * bar.value)} % sent` : "Sent. Checking …");
});

document.addEventListener("htmx:sendError", () => complain("The service does not answer. Nothing was accepted; try again in a moment."));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 413) complain("The upload is too large. Hand in the project's own files only.");
  else if (event.detail.xhr.status >= 500 && event.detail.xhr.status !== 503) complain("Internal error. Nothing was accepted; try again in a moment.");
});
