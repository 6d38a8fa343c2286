// A button with data-copy copies the text of the element it names; it stays hidden where the browser has no clipboard.

function reveal(root: ParentNode): void {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) button.hidden = false;
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source) return;
  const label = button.textContent;
  await navigator.clipboard.writeText(source.textContent ?? "");
  button.textContent = button.dataset.copied ?? label;
  window.setTimeout(() => (button.textContent = label), 1600);
}

export function installCopyButtons(): void {
  reveal(document);
  document.addEventListener("htmx:after:swap", () => reveal(document));
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLButtonElement>("button[data-copy]");
    if (button) void copy(button);
  });
}
