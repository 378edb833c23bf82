// Walking along the windows with the arrow keys: one tab stop for the whole façade.

export function walkable(street) {
  const windows = [...street.querySelectorAll(".house a.w")];
  windows.forEach((one, index) => (one.tabIndex = index ? -1 : 0));
  street.addEventListener("focusin", (event) => {
    if (!event.target.matches(".house a.w")) return;
    street.querySelector(".house a.w[tabindex='0']").tabIndex = -1;
    event.target.tabIndex = 0;
  });
  street.addEventListener("keydown", (event) => {
    if (!event.target.matches(".house a.w") || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    nearest(event.target, event.key, windows)?.focus();
  });
}

function nearest(from, key, windows) {
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const forward = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const here = from.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const one of windows) {
    const there = one.getBoundingClientRect();
    const along = (sideways ? there.left - here.left : there.top - here.top) * forward;
    const across = Math.abs(sideways ? there.top - here.top : there.left - here.left);
    if (one !== from && along > 2 && along + across * 3 < least) {
      least = along + across * 3;
      best = one;
    }
  }
  return best;
}
