// When a submission that is being watched is done, its page is loaded again and shows the report.

document.addEventListener("htmx:sseClose", (event) => {
  if (event.detail.type === "message") location.reload();
});
