// The pages in the hand: clocks that run, and news as it comes. Without this file they still do all that matters.

import { startClocks } from "./clocks.js";
import { refresh } from "./fresh.js";
import { listen } from "./live.js";

startClocks();
const page = document.querySelector("[data-live]");
if (page && page.dataset.watch) listen(page.dataset.live, { all: refresh, windows: refresh, alerts: refresh });
