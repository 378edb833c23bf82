// Two soft tones, once for each new emergency and at each rung that nobody took. Off until somebody switches it on.

const KEPT = "linli-sound";

let context = null;
let button = null;

export function soundSwitch(element) {
  button = element;
  button.hidden = false;
  button.addEventListener("click", () => (context ? switchOff() : switchOn()));
  // a browser lets a page sound only after a hand has touched it, and until then the switch says so
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => context?.resume());
  if (localStorage.getItem(KEPT) === "on") switchOn();
  else show();
}

function switchOn() {
  context = new AudioContext();
  context.addEventListener("statechange", show);
  localStorage.setItem(KEPT, "on");
  show();
}

function switchOff() {
  context.close();
  context = null;
  localStorage.removeItem(KEPT);
  show();
}

function show() {
  const { off, on, waits } = button.dataset;
  button.setAttribute("aria-pressed", String(Boolean(context)));
  button.querySelector("span").textContent = context ? (context.state === "running" ? on : waits) : off;
}

export function ring() {
  if (!context || context.state !== "running") return;
  button.dataset.rang = String(Number(button.dataset.rang ?? 0) + 1);
  [660, 880].forEach((pitch, index) => tone(pitch, context.currentTime + index * 0.28));
}

function tone(pitch, at) {
  const [source, volume] = [new OscillatorNode(context, { frequency: pitch }), new GainNode(context, { gain: 0 })];
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.25, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.45);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.5);
}
