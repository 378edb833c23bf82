// The service worker: shows what is pushed, takes back what is over, opens without a line, and sends what waits.
// It keeps no page of a home: only the empty shell, and of a call the place and the time that stood on the locked screen.

import { allKept, dropCalls, forget, isStillMeant, keep, noteCall, send } from "/static/taps.js";

const SHELL = "linli-shell";
const OFFLINE = "/offline";
const HERS = "/me"; // the resident's own page: in place of hers nothing else may be shown
const PARTS = ["/static/linli.css", "/static/hand.css", "/static/offline.js", "/static/taps.js", "/static/icon.svg"];
const LANGUAGE = new URL(location.href).searchParams.get("lang") === "en" ? "en" : "zh";

addEventListener("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function fill() {
  const shell = await caches.open(SHELL);
  await shell.put(OFFLINE, await fetch(`${OFFLINE}?lang=${LANGUAGE}`, { credentials: "omit" }));
  await shell.addAll(PARTS);
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const path = new URL(url).pathname;
  if (method !== "GET" || path === HERS) return;
  if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  else if (PARTS.includes(path)) event.respondWith(fetch(event.request).catch(() => caches.match(path)));
});

addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(told.over ? takeBack(told) : show(told));
});

async function show(told) {
  const path = told.url ? new URL(told.url).pathname : "/";
  const acts = told.acts ?? [];
  if (acts.length) await noteCall(path, { title: told.title, body: told.body, tag: told.tag, at: Date.now() });
  await registration.showNotification(told.title, {
    ...looks(told),
    data: path,
    renotify: true,
    requireInteraction: acts.length > 0,
    vibrate: [300, 150, 300, 150, 300],
    actions: acts.map(({ verb, label }) => ({ action: verb, title: label })),
  });
}

// A browser wants every push to show something: that it is over takes the place of the call, without a sound.
async function takeBack(told) {
  await dropCalls(told.tag);
  await registration.showNotification(told.title, { ...looks(told), data: "/", silent: true });
}

function looks(told) {
  return { body: told.body, tag: told.tag, lang: told.lang, icon: "/icons/192.png", badge: "/icons/badge.png" };
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(answer(event.notification.data, event.action));
});

// A button is a tap like any other. Who goes is shown the way; who cannot is left alone, once linli knows.
async function answer(path, verb) {
  const known = !verb || (await tell(await keep(path, `verb=${verb}`)));
  if (verb !== "decline" || !known) await open(path);
}

async function tell(tap) {
  try {
    await send(tap);
    return true;
  } catch {
    await registration.sync?.register("taps").catch(() => {});
    return false;
  }
}

async function open(path) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = pages.find((page) => new URL(page.url).pathname === path);
  if (!same) return clients.openWindow(path);
  await same.focus();
  same.postMessage("look again");
}

addEventListener("sync", (event) => {
  if (event.tag === "taps") event.waitUntil(sendAll());
});

async function sendAll() {
  for (const tap of await allKept()) {
    if (isStillMeant(tap)) await send(tap);
    else await forget(tap);
    for (const page of await clients.matchAll({ type: "window" })) page.postMessage("look again");
  }
}
