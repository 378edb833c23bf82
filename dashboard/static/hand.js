// The request in the hand: what was tapped is drawn in place, and what has been answered lies on no locked screen.

import { setTime, startClocks } from "./clocks.js";
import { hasUnsent, keepTaps, sendAll } from "./unsent.js";

const place = () => document.querySelector(".phone > footer") ?? document.querySelector("main");

async function show(answer) {
  if (answer.redirected) return location.replace(answer.url);
  draw(await answer.text());
}

function draw(text) {
  const drawn = new DOMParser().parseFromString(text, "text/html");
  document.body.replaceWith(document.adoptNode(drawn.body));
  setTime(drawn.documentElement.dataset.now);
  scrollTo(0, 0);
  const title = document.querySelector("h1");
  title.tabIndex = -1;
  title.focus();
  closeNotifications();
}

async function lookAgain() {
  if (hasUnsent()) return sendAll();
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } }).catch(() => null);
  if (answer) draw(await answer.text());
}

// What has been answered or is over need not lie on the locked screen any more.
async function closeNotifications() {
  const { tag, answered } = document.querySelector("[data-tag]")?.dataset ?? {};
  if (!tag || answered === undefined) return;
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag })) ?? []) shown.close();
}

startClocks();
closeNotifications();
navigator.serviceWorker?.addEventListener("message", lookAgain);
keepTaps(show, place);
