// Reads a state aloud: on request, and by itself when the page has come to a state that she must hear of.

const voice = window.speechSynthesis;
const KEY = "linli-said";

if (voice) {
  show();
  new MutationObserver(show).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".aloud button");
    if (button) voice.speaking ? voice.cancel() : speak(button.closest(".aloud"));
  });
  window.addEventListener("pagehide", () => voice.cancel());
}

function show() {
  for (const part of document.querySelectorAll(".aloud[hidden]")) {
    part.hidden = false;
    if ("sayAtOnce" in part.dataset && sessionStorage.getItem(KEY) !== part.dataset.say) speak(part);
  }
  const news = document.querySelector("[data-say-at-once]");
  if (!news) sessionStorage.removeItem(KEY);
}

function speak(part) {
  const said = new SpeechSynthesisUtterance(part.dataset.say);
  said.lang = document.documentElement.lang;
  said.rate = 0.9;
  const words = part.querySelector("button span");
  const before = words.textContent;
  said.onstart = () => (words.textContent = words.dataset.stop);
  said.onend = said.onerror = () => (words.textContent = before);
  voice.cancel();
  voice.speak(said);
  if ("sayAtOnce" in part.dataset) sessionStorage.setItem(KEY, part.dataset.say);
}
