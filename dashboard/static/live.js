// The line to linli. It says when nothing has come for a while, and what stands on the page is then marked as old.

import { clockTime, now, setTime } from "./clocks.js";

const SILENT_AFTER = 15000;
const STALE_AFTER = 30000;
const BEGIN_ANEW_AFTER = 45000;

let heard = performance.now();
let heardAt = now();
let source = null;

export function listen(url, events) {
  open(url, events);
  setInterval(() => watch(url, events), 1000);
}

function open(url, events) {
  if (source) source.close();
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
}

function watch(url, events) {
  const silent = performance.now() - heard;
  const words = document.getElementById("live-words");
  if (words) {
    const text = silent < SILENT_AFTER ? words.dataset.live : words.dataset.silent.replace("#", Math.round(silent / 1000));
    if (words.textContent !== text) words.textContent = text;
  }
  const stale = silent >= STALE_AFTER;
  if (document.body.classList.contains("stale") !== stale) {
    document.body.classList.toggle("stale", stale);
    setTimeout(() => window.dispatchEvent(new Event("resize")));
  }
  const old = document.querySelector(".as-it-was");
  if (old && stale) {
    old.textContent = old.dataset.words.replace("#", clockTime(heardAt, document.documentElement.dataset.zone, true));
  }
  const stuck = silent > BEGIN_ANEW_AFTER && Math.round(silent / 1000) % 20 === 0;
  if (stuck || source.readyState === EventSource.CLOSED) open(url, events);
}
