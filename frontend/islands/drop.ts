// A file may be dropped anywhere on a [data-drop] zone; its file input stays the thing that is submitted, by keyboard too.

function human(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function describe(zone: HTMLElement, input: HTMLInputElement): void {
  const chosen = zone.querySelector<HTMLElement>("[data-drop-chosen]");
  if (!chosen) return;
  chosen.textContent = [...(input.files ?? [])].map((file) => `${file.name} · ${human(file.size)}`).join(", ");
  zone.classList.toggle("is-filled", Boolean(input.files?.length));
}

// An answer that is no page, such as a refusal half-way through the upload, is shown as its own sentence.
function refuse(form: HTMLFormElement, meter: HTMLProgressElement, answer: string): void {
  const status = form.querySelector<HTMLElement>("[data-upload-status]");
  let said = answer;
  try {
    const found = JSON.parse(answer) as { message?: string; hint?: string };
    said = `${found.message ?? ""} ${found.hint ?? ""}`;
  } catch {
    // It stays what it is.
  }
  meter.hidden = true;
  if (!status) return;
  status.hidden = false;
  status.textContent = said.slice(0, 500);
}

// Sends the form in the background to show how much has left; whatever page answers is then opened as usual.
function sendWithProgress(form: HTMLFormElement, meter: HTMLProgressElement): void {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    meter.hidden = false;
    meter.max = event.total;
    meter.value = event.loaded;
  });
  request.addEventListener("load", () => {
    const next = request.getResponseHeader("HX-Redirect");
    if (next) {
      window.location.assign(next);
      return;
    }
    // An answer with errors is the form again, filled in and explained.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) return refuse(form, meter, request.responseText);
    document.querySelector("main")?.replaceWith(fresh);
    document.title = page.title;
    installDropZones();
    fresh.querySelector<HTMLElement>("[data-focus]")?.focus();
  });
  request.addEventListener("error", () => refuse(form, meter, form.dataset.lost ?? ""));
  request.send(new FormData(form));
}

export function installDropZones(): void {
  for (const zone of document.querySelectorAll<HTMLElement>("[data-drop]:not([data-ready])")) {
    const input = zone.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) continue;
    zone.dataset.ready = "true";
    input.addEventListener("change", () => describe(zone, input));
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      describe(zone, input);
    });
    const form = input.form;
    const meter = form?.querySelector<HTMLProgressElement>("progress[data-upload]");
    if (form && meter) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        sendWithProgress(form, meter);
      });
    }
  }
}
