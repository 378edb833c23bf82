// The staff's pages: the board follows what happens window by window, the others are drawn again when it concerns them.

import { startClocks } from "./clocks.js";
import { refresh } from "./fresh.js";
import { listen } from "./live.js";
import { board } from "./board.js";
import { keepTaps } from "./unsent.js";

startClocks();

const page = document.querySelector("main[data-live]");
if (page && page.id === "board") {
  board(page);
} else if (page) {
  const { watch, id } = page.dataset;
  listen(page.dataset.live, {
    all: refresh,
    windows: (windows) => watch === "home" && windows.some(([home]) => home === id) && refresh(),
    alerts: (alerts) => (watch === "home" || alerts.some(([alert]) => alert === id)) && refresh(),
  });
}

if (document.getElementById("unsent")) keepTaps(shown, () => document.querySelector("[data-taps]"));

// Whatever linli says to a tap, the case as it stands now is the answer; a refusal is said in words of its own.
async function shown(answer) {
  if (answer.redirected) return location.replace(answer.url);
  document.documentElement.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").documentElement.childNodes);
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").focus();
  }
  if (event.key === "t") location.href = document.getElementById("as-table")?.href ?? "/homes";
});
