// What opens in place without scripts opens as a dialog with them; Escape and a press beside it close it again.

document.addEventListener("click", (event) => {
  const summary = event.target.closest("details[data-dialog] > summary");
  if (!summary || typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  open(summary);
});

function open(summary) {
  const dialog = document.createElement("dialog");
  dialog.className = summary.parentElement.dataset.look ?? "";
  const inside = summary.parentElement.querySelector(".inside").cloneNode(true);
  for (const element of inside.querySelectorAll("[id]")) {
    for (const label of inside.querySelectorAll(`label[for="${element.id}"]`)) label.htmlFor = `dialog-${element.id}`;
    element.id = `dialog-${element.id}`;
  }
  const title = inside.querySelector("h2");
  if (title) dialog.setAttribute("aria-labelledby", title.id);
  const close = document.createElement("button");
  close.className = "button close";
  close.type = "button";
  close.textContent = summary.parentElement.dataset.dialog;
  close.addEventListener("click", () => dialog.close());
  dialog.append(inside, close);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    summary.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
