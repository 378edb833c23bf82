// Setting up: what is waited for is looked at again every few seconds, as long as somebody looks at the page.

import { refresh } from "./fresh.js";

const EVERY = 3000;

setInterval(() => {
  if (document.visibilityState === "visible" && document.querySelector("[data-poll]")) refresh();
}, EVERY);
