// A tap about an alert stays visible as not yet sent until linli has answered it, can be tried at once and taken back.
// Without this file the forms do the same.

import { allKept, forget, isStillMeant, keep, send } from "./taps.js";

const SAY_SO_AFTER = 2000;
const PAUSES = [2000, 4000, 8000, 15000];
const path = location.pathname;

let taps = [];
let page = null;
let sending = null;
let tries = 0;
let waiting = 0;

// `show` draws linli's answer, `place` returns where the words about a tap belong.
export async function keepTaps(show, place) {
  page = { show, place };
  document.addEventListener("submit", take);
  document.addEventListener("click", press);
  addEventListener("online", sendAll);
  taps = (await allKept()).filter((tap) => isOfThisPage(tap.path)).sort((one, other) => one.at - other.at);
  if (taps.length) await sendAll();
}

export function hasUnsent() {
  return taps.length > 0;
}

function isAnswer(target) {
  return target.startsWith("/go/") || target.startsWith("/alerts/");
}

function isOfThisPage(target) {
  return path.startsWith("/go/") ? target === path : isAnswer(target);
}

async function take(event) {
  const target = new URL(event.target.action).pathname;
  if (!isAnswer(target)) return;
  const data = new URLSearchParams(new FormData(event.target));
  if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
  event.preventDefault();
  event.submitter?.setAttribute("aria-busy", "true");
  const tap = await keep(target, data.toString());
  taps = [...taps.filter((one) => one.path !== target), tap];
  tries = 0;
  await sendAll();
}

function press(event) {
  if (event.target.closest("[data-send]")) sendAll();
  if (event.target.closest("[data-take-back]")) takeBack();
}

// One after the other, as they were tapped; what nobody has answered keeps the later ones waiting.
export async function sendAll() {
  if (sending || !taps.length) return;
  clearTimeout(waiting);
  const slow = setTimeout(() => say("unsent"), SAY_SO_AFTER);
  let answer = null;
  let lapsed = false;
  try {
    while (taps.length) {
      const [tap] = taps;
      if (isStillMeant(tap)) answer = await sendOne(tap);
      else lapsed = true;
      await drop(tap);
    }
  } catch {
    if (taps.length) await tryLater();
    return;
  } finally {
    sending = null;
    clearTimeout(slow);
  }
  if (lapsed) settle("lapsed");
  else if (answer) await page.show(answer);
}

function sendOne(tap) {
  sending = new AbortController();
  return send(tap, sending);
}

async function drop(tap) {
  taps = taps.filter((one) => one !== tap);
  await forget(tap);
}

async function tryLater() {
  say("unsent");
  waiting = setTimeout(sendAll, PAUSES[Math.min(tries, PAUSES.length - 1)]);
  tries += 1;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("taps").catch(() => {});
}

async function takeBack() {
  clearTimeout(waiting);
  const back = taps;
  taps = [];
  sending?.abort();
  for (const tap of back) await forget(tap);
  settle("taken-back");
}

function settle(which) {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  say(which);
}

function say(which) {
  document.querySelector(".told.wait")?.remove();
  page.place().prepend(document.getElementById(which).content.cloneNode(true));
}
