// Reloads the page when grading ends, so that it shows the report.

document.addEventListener("htmx:sseClose", (event) => {
  if (event.detail.type === "message") location.reload();
});
