// The page without a line: says what this phone was told last, keeps an answer, and goes on as soon as linli is there.

import { callOf, isStillMeant, keep, kept, send } from "./taps.js";

const path = location.pathname;
const one = (selector) => document.querySelector(selector);
const clock = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
let unsent = null;

async function look() {
  const call = await callOf(path);
  if (call) {
    one("[data-at]").textContent = clock(call.at);
    one("[data-title]").textContent = call.title;
    one("[data-body]").textContent = call.body;
    one("[data-call]").hidden = false;
  }
  one("[data-answers]").hidden = !path.startsWith("/go/");
  mark(await kept(path));
}

function mark(tap) {
  unsent = tap && isStillMeant(tap) ? tap : null;
  const said = unsent && unsent.body.includes("verb=decline") ? "cannot" : "go";
  for (const bar of document.querySelectorAll("[data-unsent]")) bar.hidden = !unsent || bar.dataset.unsent !== said;
}

async function goOn() {
  mark(unsent);
  try {
    if (unsent) await send(unsent);
    else await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(10000) });
    location.reload();
  } catch {
    return;
  }
}

for (const button of document.querySelectorAll("[data-answer]")) {
  button.addEventListener("click", async () => {
    mark(await keep(path, button.dataset.answer));
    const worker = await navigator.serviceWorker.ready;
    await worker.sync?.register("taps").catch(() => {});
    await goOn();
  });
}

look();
addEventListener("online", goOn);
setInterval(goOn, 8000);
