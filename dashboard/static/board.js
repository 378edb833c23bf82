// The board: windows change their light, the queue is fetched anew when something happens, a line leads from a seal to its card.

import { listen } from "./live.js";

const LEGEND = ["alert", "quiet", "unmonitored", "away", "well"]; // the order in which the server counts
const FROM_THE_GROUND = ["well", "away", "unmonitored", "quiet", "alert"];
const MARKED = ["alert", "quiet", "unmonitored"];
const MOST_LINES = 3;

let street;
let pending = null;
let known = new Set();

export function board(page) {
  street = document.getElementById("street");
  if (!street) return;
  known = waitingCases();
  const isMap = street.classList.contains("afar");
  if (!isMap) walkable();
  drawLines();
  new ResizeObserver(drawLines).observe(page);
  window.addEventListener("resize", drawLines);
  listen(page.dataset.live, { all: redrawAll, windows: redraw, blocks: redrawBlocks, alerts: fetchQueue, troubles: fetchQueue });
  document.addEventListener("keydown", walkQueue);
}

// What has changed since the page was drawn gets the word of its state; its time comes with its next sign of life.
function redrawAll(byLook) {
  const windows = [];
  for (const [drawn, homes] of Object.entries(byLook)) {
    const [look, glyph, badge] = drawn.split("|");
    for (const home of homes) {
      const element = document.getElementById(`w-${home}`);
      if (!element || element.className === `w ${look}`) continue;
      const words = street.querySelector(`[data-state=${look.split(" ")[0]}] .words`).textContent;
      windows.push([home, look, glyph, badge, `${element.title.split(": ")[0]}: ${words}`]);
    }
  }
  if (windows.length) redraw(windows);
}

function redraw(windows) {
  let settled = false;
  for (const [home, look, glyph, badge, title] of windows) {
    const element = document.getElementById(`w-${home}`);
    if (!element) continue;
    const classes = `w ${look}`;
    if (element.className !== classes || element.dataset.drawn !== glyph + badge) {
      settled ||= !/^w well/.test(classes) || !/^w well/.test(element.className);
      element.className = classes;
      element.dataset.drawn = glyph + badge;
      element.replaceChildren(...inside(glyph, badge));
    }
    if (element.title !== title) element.title = title;
  }
  count();
  drawLines();
  if (settled) fetchQueue();
}

// From afar: a building is filled from the ground up by the states of its homes, the calm ones lowest.
function redrawBlocks(byBuilding) {
  for (const [id, counts] of Object.entries(byBuilding)) {
    const block = document.getElementById(`b-${id}`);
    if (!block) continue;
    block.dataset.counts = counts.join(" ");
    const number = Object.fromEntries(LEGEND.map((state, index) => [state, counts[index]]));
    block.querySelector("svg").replaceChildren(...layers(number, counts.reduce((all, one) => all + one, 0)));
    block.querySelector(".marks").replaceChildren(...MARKED.filter((state) => number[state]).map((state) => mark(state, number[state])));
  }
  countBlocks();
}

function layers(number, homes) {
  let filled = 0;
  return FROM_THE_GROUND.filter((state) => number[state]).map((state) => {
    const height = (100 * number[state]) / homes;
    filled += height;
    const layer = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ class: state, width: 100, y: 100 - filled, height })) layer.setAttribute(name, value);
    return layer;
  });
}

function mark(state, number) {
  const line = street.querySelector(`[data-state=${state}]`);
  const drawn = document.createElement("i");
  drawn.className = line.querySelector(".w").className.replace(" none", "");
  drawn.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.className = "reader";
  words.textContent = ` ${line.querySelector(".words").textContent}`;
  const all = document.createElement("span");
  all.append(drawn, String(number), words);
  return all;
}

function countBlocks() {
  const sums = LEGEND.map(() => 0);
  for (const block of street.querySelectorAll(".block")) block.dataset.counts.split(" ").forEach((one, index) => (sums[index] += Number(one)));
  LEGEND.forEach((state, index) => tally(state, sums[index]));
}

function inside(glyph, badge) {
  const parts = [];
  if (glyph) parts.push(icon(glyph));
  if (badge) {
    const round = document.createElement("span");
    round.className = "badge";
    round.append(icon(badge));
    parts.push(round);
  }
  return parts;
}

function icon(name) {
  const template = document.getElementById(`icon-${name}`);
  return template ? template.content.cloneNode(true) : "";
}

function count() {
  for (const state of LEGEND) tally(state, street.querySelectorAll(`.house .w.${state}`).length);
}

function tally(state, number) {
  const place = street.querySelector(`[data-count=${state}]`);
  const line = place.closest("a");
  place.textContent = number;
  line.className = `some-${number ? state : "none"}`;
  line.querySelector(".w").classList.toggle("none", number === 0);
}

function fetchQueue() {
  pending ??= setTimeout(async () => {
    pending = null;
    const answer = await fetch("/queue").catch(() => null);
    if (answer && answer.ok && !answer.redirected) replaceQueue(await answer.text());
  }, 150);
}

function replaceQueue(text) {
  const drawn = new DOMParser().parseFromString(text, "text/html").getElementById("queue");
  const old = document.getElementById("queue");
  if (!drawn || !old) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(document.adoptNode(drawn));
  if (focused) document.querySelector(`#queue a[href="${CSS.escape(focused)}"]`)?.focus();
  const troubles = document.getElementById("troubles");
  const told = document.querySelector("#queue .trouble-list");
  troubles.hidden = !told;
  troubles.querySelector("ul").replaceChildren(...(told ? told.children : []));
  announce();
  drawLines();
}

function waitingCases() {
  return new Set([...document.querySelectorAll("#queue [data-severity=emergency]")].map((card) => card.id));
}

function announce() {
  const cases = waitingCases();
  const fresh = [...cases].filter((id) => !known.has(id));
  known = cases;
  if (!fresh.length) return;
  const card = document.getElementById(fresh[0]);
  document.getElementById("urgent-words").textContent = `${card.querySelector("h3").textContent} ${card.querySelector(".body p").textContent}`;
}

function drawLines() {
  const wires = document.getElementById("wires");
  const frame = street.getBoundingClientRect();
  const paths = [...document.querySelectorAll("#queue [data-severity=emergency]")].slice(0, MOST_LINES).map((card, index) => {
    const seal = document.getElementById(`w-${card.dataset.home}`) ?? document.getElementById(`b-${card.dataset.block}`)?.querySelector("svg");
    if (!seal) return null;
    const from = seal.getBoundingClientRect();
    const to = card.getBoundingClientRect();
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const y = from.top - frame.top - 4;
    const bend = frame.width - 12 - index * 7;
    path.setAttribute("d", `M${from.right - frame.left} ${y + 4}V${y}H${bend}V${to.top - frame.top + 28}H${frame.width}`);
    return path;
  });
  wires.replaceChildren(...paths.filter(Boolean));
}

// One tab stop for the whole façade; arrows walk by floor and by place.
function walkable() {
  const windows = [...street.querySelectorAll(".house a.w")];
  windows.forEach((one, index) => (one.tabIndex = index ? -1 : 0));
  street.addEventListener("focusin", (event) => {
    if (!event.target.matches(".house a.w")) return;
    street.querySelector(".house a.w[tabindex='0']").tabIndex = -1;
    event.target.tabIndex = 0;
  });
  street.addEventListener("keydown", (event) => {
    if (!event.target.matches(".house a.w") || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    nearest(event.target, event.key, windows)?.focus();
  });
}

function nearest(from, key, windows) {
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const forward = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const here = from.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const one of windows) {
    const there = one.getBoundingClientRect();
    const along = (sideways ? there.left - here.left : there.top - here.top) * forward;
    const across = Math.abs(sideways ? there.top - here.top : there.left - here.left);
    if (one !== from && along > 2 && along + across * 3 < least) {
      least = along + across * 3;
      best = one;
    }
  }
  return best;
}

function walkQueue(event) {
  if (event.target.closest("input, textarea") || (event.key !== "j" && event.key !== "k")) return;
  const links = [...document.querySelectorAll("#queue .now .button.urge, #queue a.item")];
  const at = links.indexOf(document.activeElement);
  links.at(Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1))?.focus();
}
