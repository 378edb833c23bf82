// Pages that may lie on the home screen have a worker: they open without a line, and can be notified.

const FIRST_THINGS_FIRST = 3000;

function register() {
  const language = document.documentElement.lang.slice(0, 2);
  navigator.serviceWorker?.register(`/worker.js?lang=${language}`, { type: "module", scope: "/" }).catch(() => null);
}

// On a poor line the worker must not be in the way of what somebody has come for.
if (document.querySelector("[data-push]")) register();
else if (document.readyState === "complete") setTimeout(register, FIRST_THINGS_FIRST);
else addEventListener("load", () => setTimeout(register, FIRST_THINGS_FIRST));

// Whoever signs out is not called on this device any more; linli hears of it with the next push.
document.addEventListener("submit", async (event) => {
  if (!event.target.action.endsWith("/signout") || !navigator.serviceWorker) return;
  event.preventDefault();
  const worker = await navigator.serviceWorker.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe().catch(() => null);
  event.target.submit();
});
