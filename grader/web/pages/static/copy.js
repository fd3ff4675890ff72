// Puts a button into each command that copies it. Without this script the command is text to select.

const button = document.querySelector("#copy-button");
const line = document.querySelector("#copied");

async function copy(command, text) {
  line.textContent = "";
  document.querySelector("[data-copied]")?.removeAttribute("data-copied");
  try {
    await navigator.clipboard.writeText(text);
    command.dataset.copied = "";
    line.textContent = "Copied";
  } catch {
    line.textContent = "The browser does not allow it. Select the command and copy it.";
  }
}

// A browser has a clipboard for scripts only over TLS and on the same machine.
for (const command of navigator.clipboard ? document.querySelectorAll("code.command") : []) {
  const text = command.textContent;
  command.append(button.content.cloneNode(true));
  command.lastElementChild.addEventListener("click", () => copy(command, text));
}
