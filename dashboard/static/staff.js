// The staff's pages: the board follows what happens window by window, the others are drawn again when it concerns them.

import { startClocks } from "./clocks.js";
import { refresh } from "./fresh.js";
import { listen } from "./live.js";
import { board } from "./board.js";

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

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").focus();
  }
  if (event.key === "t") location.href = document.getElementById("as-table")?.href ?? "/homes";
});
