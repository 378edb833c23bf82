// A tap on a request stays visible as not yet sent until linli has answered it. Without this file the forms do the same.

import { setTime, startClocks } from "./clocks.js";
import { allKept, forget, isStillMeant, keep, send } from "./taps.js";

const SAY_SO_AFTER = 2000;
const PAUSES = [2000, 4000, 8000, 15000];
const path = location.pathname;
let unsent = null;
let tries = 0;
let waiting = 0;

document.addEventListener("submit", async (event) => {
  const target = new URL(event.target.action).pathname;
  if (!isAnswer(target)) return;
  const data = new URLSearchParams(new FormData(event.target));
  if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
  event.preventDefault();
  event.submitter?.setAttribute("aria-busy", "true");
  tries = 0;
  await attempt(await keep(target, data.toString()));
});

function isAnswer(target) {
  return target.startsWith("/go/") || target.startsWith("/alerts/");
}

async function attempt(tap) {
  clearTimeout(waiting);
  unsent = tap;
  const slow = setTimeout(() => say("unsent"), SAY_SO_AFTER);
  try {
    const answer = await send(tap);
    if (unsent === tap) await show(answer);
  } catch {
    if (unsent === tap) await tryLater(tap);
  } finally {
    clearTimeout(slow);
  }
}

async function tryLater(tap) {
  if (!isStillMeant(tap)) return lapse(tap);
  say("unsent");
  waiting = setTimeout(() => attempt(tap), PAUSES[Math.min(tries, PAUSES.length - 1)]);
  tries += 1;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("taps").catch(() => {});
}

async function lapse(tap) {
  unsent = null;
  document.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  await forget(tap);
  say("lapsed");
}

function say(which) {
  document.querySelector(".told.wait")?.remove();
  const words = document.getElementById(which).content.cloneNode(true);
  (document.querySelector(".phone > footer") ?? document.querySelector("main")).prepend(words);
}

async function show(answer) {
  unsent = null;
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
  if (unsent) return attempt(unsent);
  const answer = await fetch(path, { headers: { accept: "text/html" } }).catch(() => null);
  if (answer) draw(await answer.text());
}

// What has been answered or is over need not lie on the locked screen any more.
async function closeNotifications() {
  const { tag, answered } = document.querySelector("[data-tag]")?.dataset ?? {};
  if (!tag || answered === undefined) return;
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag })) ?? []) shown.close();
}

async function begin() {
  startClocks();
  closeNotifications();
  const here = (tap) => tap.path === path || (isAnswer(tap.path) && !isAnswer(path));
  for (const tap of (await allKept()).filter(here)) await (isStillMeant(tap) ? attempt(tap) : lapse(tap));
}

navigator.serviceWorker?.addEventListener("message", lookAgain);
addEventListener("online", () => unsent && attempt(unsent));
begin();
