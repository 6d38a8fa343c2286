// Times are printed in UTC, as the records hold them; the reader's own zone is added where a pointer or screen reader asks.

function localise(root: ParentNode): void {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "long" });
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[datetime]:not([title])")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = format.format(at);
  }
}

export function installLocalTimes(): void {
  localise(document);
  document.addEventListener("htmx:after:swap", () => localise(document));
}
