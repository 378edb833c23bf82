// The queue is fetched anew when something happens. What is under the pointer or in focus stays where it is:
// new rows wait behind "1 new" until the hand has left; only an emergency takes the top at once.

import { ring } from "./sound.js";

const SOON = 150;
const LATER = 3000;
const SPREAD = 250; // every open board asks at the same moment
const POLITE_EVERY = 60000;

let onDrawn;
let pending = null;
let pendingAt = Infinity;
let later = "";
let known = new Map();
let toldAt = -Infinity;

export function watchQueue(drawn) {
  onDrawn = drawn;
  known = emergencies(queue());
  const aside = queue().parentElement;
  aside.addEventListener("pointerleave", settle);
  aside.addEventListener("focusout", (event) => aside.contains(event.relatedTarget) || setTimeout(settle));
  aside.addEventListener("click", (event) => event.target.id === "fresh" && replace(later));
}

function queue() {
  return document.getElementById("queue");
}

// What the queue does not show yet is fetched at once; that one more person was called can wait a little.
export function hear(alerts) {
  const isNews = alerts.some(([id, , state]) => shown(id) !== state);
  fetchQueue(isNews ? SOON : LATER);
}

function shown(id) {
  return document.getElementById(`case-${id}`)?.dataset.state ?? "closed";
}

// Many windows that change at once ask for one queue, not for as many.
export function fetchQueue(wait = SOON) {
  if (pending && pendingAt <= performance.now() + wait) return;
  const spread = wait + Math.random() * Math.max(wait, SPREAD);
  clearTimeout(pending);
  pendingAt = performance.now() + spread;
  pending = setTimeout(fetchNow, spread);
}

async function fetchNow() {
  pending = null;
  pendingAt = Infinity;
  const answer = await fetch("/queue").catch(() => null);
  if (answer?.redirected) return location.reload(); // signed out: what stands here would only grow old
  if (!answer?.ok) return;
  take(await answer.text());
}

function take(text) {
  const drawn = parse(text);
  if (!drawn) return;
  announce(drawn);
  if (isHeld(queue())) hold(drawn, text);
  else replace(text);
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html").getElementById("queue");
}

function isHeld(old) {
  return old.matches(":hover") || old.contains(document.activeElement);
}

function settle() {
  if (later && !isHeld(queue())) replace(later);
}

function replace(text) {
  later = "";
  const old = queue();
  const fresh = document.adoptNode(parse(text));
  const focused = old.contains(document.activeElement) ? wayTo(document.activeElement) : "";
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(focused)?.focus();
  onDrawn(fresh);
}

function wayTo(element) {
  const row = element.closest("li[id]");
  const link = element.getAttribute("href");
  if (link) return `a[href="${CSS.escape(link)}"]`;
  return row ? `#${CSS.escape(row.id)} a` : "a";
}

function hold(drawn, text) {
  later = text;
  const old = queue();
  let fresh = 0;
  for (const row of old.querySelectorAll("li[id]")) row.classList.toggle("over", !drawn.querySelector(`#${CSS.escape(row.id)}`));
  for (const row of [...drawn.querySelectorAll("li[id]")].reverse()) {
    const there = old.querySelector(`#${CSS.escape(row.id)}`);
    if (there) renew(there, row);
    else if (row.dataset.severity === "emergency") old.querySelector("ul.queue").prepend(document.adoptNode(row));
    else fresh += 1;
  }
  const button = document.getElementById("fresh");
  button.textContent = button.dataset.words.replace("#", fresh);
  button.hidden = fresh === 0;
  for (const name of ["outages"]) old.querySelector(`#${name}`).replaceWith(document.adoptNode(drawn.querySelector(`#${name}`)));
  old.dataset.burning = drawn.dataset.burning;
  onDrawn(old);
}

// A row under the hand keeps its buttons and its height; only its words about who goes are new.
function renew(there, row) {
  if (there.matches(":hover") || there.contains(document.activeElement)) {
    const [before, now] = [there.querySelector(".who"), row.querySelector(".who")];
    if (before && now) before.textContent = now.textContent;
    there.toggleAttribute("data-waiting", row.hasAttribute("data-waiting"));
  } else {
    there.replaceWith(document.adoptNode(row));
  }
}

function emergencies(drawn) {
  return new Map([...drawn.querySelectorAll("[data-severity=emergency]")].map((card) => [card.id, card.dataset.rung]));
}

function announce(drawn) {
  const cases = emergencies(drawn);
  const fresh = [...cases.keys()].filter((id) => !known.has(id));
  const climbed = [...cases].some(([id, rung]) => known.has(id) && known.get(id) !== rung && drawn.querySelector(`#${CSS.escape(id)}[data-waiting]`));
  known = cases;
  if (fresh.length || climbed) ring();
  if (fresh.length) {
    const card = drawn.querySelector(`#${CSS.escape(fresh[0])}`);
    say("urgent-words", `${card.querySelector("h3").textContent} ${card.querySelector(".body p").textContent}`);
  } else if (performance.now() - toldAt > POLITE_EVERY) {
    const words = drawn.querySelector(".part span")?.textContent ?? drawn.querySelector(".nobody h3")?.textContent ?? "";
    if (words !== document.getElementById("calm-words").textContent) toldAt = performance.now();
    say("calm-words", words);
  }
}

function say(id, words) {
  document.getElementById(id).textContent = words;
}

// j and k walk the rows; a goes to "I go" of the row that is walked on, or of the first that waits, and presses it there.
export function walkQueue(key) {
  const links = [...document.querySelectorAll("#queue .now .button.urge, #queue a.item")];
  const at = links.indexOf(document.activeElement.closest("li")?.querySelector(".button.urge, a.item"));
  links.at(Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), links.length - 1))?.focus();
}

export function go() {
  const here = document.activeElement.closest("#queue li[id]")?.querySelector("button.go");
  if (here) here.click();
  else document.querySelector("#queue button.go")?.focus();
}
