// The wall: clocks that run, and the page as the server would draw it now whenever something has changed.

import { startClocks } from "./clocks.js";
import { refresh } from "./fresh.js";
import { listen } from "./live.js";

const WIDEST = 60;
const NARROWEST = 7;

startClocks();
fit();
new MutationObserver(fit).observe(document.querySelector("main"), { childList: true, subtree: true });
window.addEventListener("resize", fit);
document.fonts.ready.then(fit);
listen(document.querySelector("main").dataset.live, { wall: refresh });

// The largest windows with which the whole façade stands on the screen.
function fit() {
  const street = document.querySelector(".street");
  if (street && matchMedia("(min-width: 900px)").matches) {
    const key = `${innerWidth} ${innerHeight} ${street.innerText.length} ${street.querySelectorAll("td").length}`;
    if (street.dataset.fitted !== key) {
      let [low, high] = [NARROWEST, WIDEST];
      while (high - low > 0.5) {
        const width = (low + high) / 2;
        if (stands(street, width)) low = width;
        else high = width;
      }
      stands(street, low);
      street.dataset.fitted = key;
    }
  }
  shorten(document.querySelector(".going-on"));
  drawLine();
}

// What is going on is never cut off: where it is too long for the screen it is written smaller.
function shorten(going) {
  const key = `${going.innerText.length} ${innerWidth} ${innerHeight}`;
  if (going.dataset.fitted === key) return;
  const clock = going.querySelector(".great .clock");
  let size = 100;
  do going.style.fontSize = `${size}%`;
  while (going.scrollHeight > going.clientHeight + 1 && (size -= 5) > 50);
  let length = 100;
  do clock?.style.setProperty("--length", length / 100);
  while (clock && clock.scrollWidth > clock.clientWidth && (length -= 5) > 30);
  going.dataset.fitted = key;
}

function stands(street, width) {
  street.style.setProperty("--ww", `${width}px`);
  return street.scrollHeight <= street.clientHeight && street.scrollWidth <= street.clientWidth;
}

function drawLine() {
  const [wires, first, great] = ["wires", "first", "great"].map((id) => document.getElementById(id));
  if (!wires) return;
  const key = [first, great].map((one) => (one ? JSON.stringify(one.getBoundingClientRect()) : "")).join();
  if (wires.dataset.drawn === key) return;
  wires.dataset.drawn = key;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  if (first && great) {
    const frame = wires.getBoundingClientRect();
    const [from, to] = [first.getBoundingClientRect(), great.getBoundingClientRect()];
    const y = from.top - frame.top - 4;
    const bend = to.left - frame.left - 48;
    path.setAttribute("d", `M${from.right - frame.left} ${y + 4}V${y}H${bend}V${to.top - frame.top + 90}H${to.left - frame.left}`);
  }
  wires.replaceChildren(path);
}
