// The line to linli. It says when nothing has come for a while, and what stands on the page is then marked as old.

import { clockTime, now, setTime, stopCountdowns } from "./clocks.js";

const SILENT_AFTER = 8000; // a beat comes every five seconds: one that is missing is said within ten
const STALE_AFTER = 30000;
const BEGIN_ANEW_EVERY = 12000;

let heard = performance.now();
let heardAt = now();
let opened = 0;
let source = null;
let banner = null;

export function listen(url, events) {
  open(url, events);
  setInterval(() => watch(url, events), 1000);
}

function open(url, events) {
  if (source) source.close();
  opened = performance.now();
  source = new EventSource(url);
  source.addEventListener("beat", (event) => {
    setTime(JSON.parse(event.data));
    alive();
  });
  for (const [name, act] of Object.entries(events)) {
    source.addEventListener(name, (event) => {
      alive();
      act(JSON.parse(event.data));
    });
  }
}

function alive() {
  heard = performance.now();
  heardAt = now();
  say(0);
}

function watch(url, events) {
  const silent = performance.now() - heard;
  say(silent);
  const tried = performance.now() - opened;
  if (source.readyState === EventSource.CLOSED && tried > 2000) signInOrOpen(url, events);
  else if (silent > BEGIN_ANEW_EVERY && tried > BEGIN_ANEW_EVERY) open(url, events);

  function again() {
    open(url, events);
  }
  const stale = silent >= STALE_AFTER;
  if (stale !== Boolean(banner)) markAsOld(stale, again);
}

// A browser gives a stream up for good when it is answered with something else: signed out, or a server that is not ready.
async function signInOrOpen(url, events) {
  opened = performance.now();
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer && answer.type === "opaqueredirect") location.reload();
  else open(url, events);
}

function say(silent) {
  const words = document.getElementById("live-words");
  if (!words) return;
  const seconds = Math.round(silent / 1000);
  const isSilent = silent >= SILENT_AFTER;
  words.closest(".live").hidden = false;
  document.body.classList.toggle("silent", isSilent);
  write(words, isSilent ? words.dataset.silent.replace("#", seconds) : words.dataset.live);
  const ago = document.getElementById("live-ago");
  write(ago, isSilent ? "" : ago.dataset.words.replace("#", seconds));
  // told aloud when it begins and when it ends, not every second
  const told = isSilent ? words.dataset.silent.replace("#", SILENT_AFTER / 1000) : words.dataset.live;
  write(document.getElementById("live-told"), told);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function markAsOld(stale, again) {
  document.body.classList.toggle("stale", stale);
  stopCountdowns(stale ? heardAt : null);
  banner?.remove();
  banner = stale ? oldNews(again) : null;
  if (banner) document.querySelector("[data-old-news], main")?.prepend(banner);
  setTimeout(() => window.dispatchEvent(new Event("resize")));
}

function oldNews(again) {
  const said = document.getElementById("live-words")?.dataset ?? { old: "#", again: "↻" };
  const paragraph = document.createElement("p");
  paragraph.className = "as-it-was";
  paragraph.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = said.old.replace("#", clockTime(heardAt, document.documentElement.dataset.zone, true));
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = said.again;
  button.addEventListener("click", again);
  paragraph.append(words, button);
  return paragraph;
}
