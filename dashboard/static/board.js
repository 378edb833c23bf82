// The board: windows change their light, the queue follows, a line leads from a seal to its card, keys walk it all.

import { listen } from "./live.js";
import { fetchQueue, go, hear, walkQueue, watchQueue } from "./queue.js";
import { soundSwitch } from "./sound.js";
import { walkable } from "./walk.js";
import { drawOver } from "./wires.js";
import { drawWindows, redraw, redrawAll, redrawBlocks } from "./windows.js";

const AFTER_WINDOWS = 1500; // what a window changes in the queue can wait; alerts bring their own news

export function board(page) {
  const street = document.getElementById("street");
  if (!street) return;
  const over = (queue) => {
    drawOver(street, queue);
    tellTroubles(queue);
  };
  drawWindows(street, () => fetchQueue(AFTER_WINDOWS));
  watchQueue(over);
  walkable(street);
  soundSwitch(document.getElementById("sound"));
  filter(street);
  over(document.getElementById("queue"));
  const again = () => drawOver(street, document.getElementById("queue"));
  new ResizeObserver(again).observe(page);
  window.addEventListener("resize", again);
  listen(page.dataset.live, { all: redrawAll, windows: redraw, blocks: redrawBlocks, alerts: hear, troubles: () => fetchQueue() });
  document.addEventListener("keydown", press);
}

function tellTroubles(queue) {
  const troubles = document.getElementById("troubles");
  const told = queue.querySelector(".trouble-list");
  troubles.hidden = !told;
  troubles.querySelector("ul").replaceChildren(...(told ? [...told.children].map((one) => one.cloneNode(true)) : []));
}

// The tallies are links that work by themselves; here they filter without loading the page anew.
function filter(street) {
  const tallies = [...street.querySelectorAll(".tallies a")];
  for (const one of tallies) {
    one.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const { state } = one.dataset;
      const only = street.dataset.only === state ? "" : state;
      if (only) street.dataset.only = only;
      else delete street.dataset.only;
      for (const other of tallies) {
        if (other.dataset.state === only) other.setAttribute("aria-current", "true");
        else other.removeAttribute("aria-current");
      }
      const here = new URL(location.href);
      if (only) here.searchParams.set("state", only);
      else here.searchParams.delete("state");
      history.replaceState(null, "", here);
      document.getElementById("as-table").search = only ? `?state=${only}` : "";
    });
  }
}

function press(event) {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") walkQueue(event.key);
  else if (event.key === "a") go();
  else if (event.key === "?") showKeys();
  else if (event.key === "Escape") document.getElementById("keys").open = false;
}

function showKeys() {
  const keys = document.getElementById("keys");
  keys.open = !keys.open;
  if (keys.open) keys.querySelector("summary").focus();
}
