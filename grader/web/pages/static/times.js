// Shows every time in the reader's own time zone; the time in UTC stays as a title.

const format = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});

function show(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.title = time.textContent;
    time.textContent = format.format(new Date(time.dateTime));
    delete time.dataset.local;
  }
}

show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
