// The windows of the façade, and the buildings of the map: what has changed is drawn with the next frame, as much as fits into it.

export const LEGEND = ["alert", "quiet", "unmonitored", "away", "well"]; // the order in which the server counts
const FROM_THE_GROUND = ["well", "away", "unmonitored", "quiet", "alert"];
const MARKED = ["alert", "quiet", "unmonitored"];
const FRAME_BUDGET = 12; // milliseconds
const DRAW_EVERY = 200; // milliseconds: between two drawings the page is free for hands

let street;
let onSettled;
let frame = 0;
let drawnAt = -Infinity;
const windows = new Map();
const waiting = new Map();
const numbers = Object.fromEntries(LEGEND.map((state) => [state, 0]));

// `settled` is called after a window has changed from light to something else or back.
export function drawWindows(element, settled) {
  street = element;
  onSettled = settled;
  for (const one of street.querySelectorAll(".house a.w")) {
    windows.set(one.id.slice(2), one);
    numbers[stateOf(one)] += 1;
  }
}

function stateOf(element) {
  return element.className.split(" ")[1];
}

// What has changed since the page was drawn gets the word of its state; its time comes with its next sign of life.
export function redrawAll(byLook) {
  for (const [drawn, homes] of Object.entries(byLook)) {
    const [look, glyph, badge] = drawn.split("|");
    for (const home of homes) {
      const element = windows.get(home);
      if (!element || element.className === `w ${look}`) continue;
      const words = street.querySelector(`[data-state=${look.split(" ")[0]}] .words`).textContent;
      redraw([[home, look, glyph, badge, `${element.title.split(": ")[0]}: ${words}`]]);
    }
  }
}

export function redraw(changes) {
  for (const change of changes) if (windows.has(change[0])) waiting.set(change[0], change);
  frame ||= requestAnimationFrame(drawFrame);
}

function drawFrame() {
  const begun = performance.now();
  if (begun - drawnAt < DRAW_EVERY) {
    frame = requestAnimationFrame(drawFrame);
    return;
  }
  drawnAt = begun;
  let settled = false;
  for (const [home, change] of waiting) {
    waiting.delete(home);
    settled = drawWindow(windows.get(home), change) || settled;
    if (performance.now() - begun > FRAME_BUDGET) break;
  }
  frame = waiting.size ? requestAnimationFrame(drawFrame) : 0;
  for (const state of LEGEND) tally(state, numbers[state]);
  if (settled) onSettled();
}

function drawWindow(element, [, look, glyph, badge, title]) {
  const classes = `w ${look}`;
  if (element.title !== title) element.title = title;
  if (element.className === classes && element.dataset.drawn === glyph + badge) return false;
  const before = stateOf(element);
  element.className = classes;
  const after = stateOf(element);
  numbers[before] -= 1;
  numbers[after] += 1;
  if (glyph || badge || element.firstChild) element.replaceChildren(...inside(glyph, badge));
  element.dataset.drawn = glyph + badge;
  return before !== "well" || after !== "well";
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

// From afar: a building is filled from the ground up by the states of its homes, the calm ones lowest.
export function redrawBlocks(byBuilding) {
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
  all.className = `mark-${state}`;
  all.append(drawn, String(number), words);
  return all;
}

function countBlocks() {
  const sums = LEGEND.map(() => 0);
  for (const block of street.querySelectorAll(".block")) block.dataset.counts.split(" ").forEach((one, index) => (sums[index] += Number(one)));
  LEGEND.forEach((state, index) => tally(state, sums[index]));
}

function tally(state, number) {
  const place = street.querySelector(`[data-count=${state}]`);
  if (!place || place.textContent === String(number)) return;
  const line = place.closest("a");
  place.textContent = number;
  line.className = `some-${number ? state : "none"}`;
  line.querySelector(".w").classList.toggle("none", number === 0);
}
