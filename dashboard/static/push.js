// Lets this browser be notified, and shows whether it is. Asks for leave only when somebody taps for it.

const card = document.querySelector("[data-push]");
const form = card?.querySelector("form");

function say(state) {
  for (const part of card.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
}

function bytesOf(key) {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

async function markOf(subscription) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function look() {
  if (!isSecureContext) return say("insecure");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return say("unable");
  if (Notification.permission === "denied") return say("denied");
  say("looking");
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.getSubscription();
  const mark = subscription ? await markOf(subscription) : "";
  const mine = mark ? document.querySelector(`[data-mark="${mark}"]`) : null;
  if (mine) mine.querySelector("[data-here]").hidden = false;
  say(mine ? "on" : "off");
}

async function allow() {
  if ((await Notification.requestPermission()) !== "granted") return say("denied");
  say("looking");
  try {
    form.elements.subscription.value = JSON.stringify(await subscribed());
    form.submit();
  } catch {
    say("failed");
  }
}

// A subscription that linli does not know, or that was made for another key, is of no use: it is made anew.
async function subscribed() {
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(card.dataset.push) });
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    allow();
  });
  look();
}
