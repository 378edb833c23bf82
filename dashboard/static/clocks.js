// Clocks that run by linli's time, not by this machine's: a demo's may run faster, and no clock here need be right.

let base = Date.parse(document.documentElement.dataset.now);
let read = performance.now();
let rate = 1;
let stoppedAt = null;

export function now() {
  return base + (performance.now() - read) * rate;
}

export function setTime(iso) {
  const told = Date.parse(iso);
  const passed = performance.now() - read;
  if (passed > 2000) {
    rate = Math.min(Math.max((told - base) / passed, 0), 1000);
  }
  base = told;
  read = performance.now();
}

function two(number) {
  return String(number).padStart(2, "0");
}

function running(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${two(minutes)}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function span(milliseconds) {
  const minutes = Math.max(0, Math.round(milliseconds / 60000));
  const chinese = document.documentElement.lang.startsWith("zh");
  const [day, hour, minute, gap] = chinese ? ["天", "小时", "分钟", ""] : ["d", "h", "min", " "];
  const say = (count, unit) => `${count}${gap}${unit}`;
  if (minutes >= 2880) return say(Math.floor(minutes / 1440), day);
  const parts = [];
  if (minutes >= 60) parts.push(say(Math.floor(minutes / 60), hour));
  if (minutes % 60 || minutes < 60) parts.push(say(minutes % 60, minute));
  return parts.join(gap);
}

export function clockTime(moment, zone, seconds) {
  const style = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) style.second = "2-digit";
  return new Intl.DateTimeFormat("en-GB", style).format(moment);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const moment = now();
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, running(moment - Date.parse(element.dataset.since)));
  }
  for (const element of document.querySelectorAll("[data-ago]")) {
    write(element, span(moment - Date.parse(element.dataset.ago)));
  }
  for (const element of stoppedAt === null ? document.querySelectorAll("[data-until]") : []) {
    const left = Date.parse(element.dataset.until) - moment;
    if (element.tagName === "PROGRESS") element.value = Math.max(0, left / 1000);
    else write(element, running(left));
  }
  const zone = document.documentElement.dataset.zone;
  for (const element of document.querySelectorAll("[data-clock]")) {
    write(element, clockTime(moment, zone, element.dataset.clock !== "minutes"));
  }
  const known = stoppedAt === null ? "" : clockTime(stoppedAt, zone, true);
  for (const element of document.querySelectorAll("[data-known-at]")) write(element, known);
}

// What is left until a step counts down only while it is known that the step is still to come: from here on it stands
// still, beside the moment up to which that was known. What has been running since something happened runs on.
export function stopCountdowns(moment) {
  stoppedAt = moment;
  tick();
}

export function startClocks() {
  tick();
  setInterval(tick, 1000);
}
