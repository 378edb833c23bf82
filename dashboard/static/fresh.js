// Keeps a page as the server would draw it now: fetches it again and replaces the parts that have changed.

let waiting = null;
let last = 0;

export function refresh() {
  if (waiting) return;
  const pause = Math.max(0, 1000 - (performance.now() - last));
  waiting = setTimeout(async () => {
    waiting = null;
    last = performance.now();
    await fetchAndReplace();
  }, pause);
}

async function fetchAndReplace() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = document.querySelectorAll("[data-fresh]");
  const fresh = drawn.querySelectorAll("[data-fresh]");
  if (parts.length !== fresh.length || [...parts].some((part, index) => part.dataset.fresh !== fresh[index].dataset.fresh)) {
    if (!inUse(document.body)) location.reload();
    return;
  }
  parts.forEach((part, index) => {
    if (part.outerHTML !== fresh[index].outerHTML && !inUse(part)) part.replaceWith(document.adoptNode(fresh[index]));
  });
}

// What somebody is writing in, has opened or has chosen stays under their hands.
function inUse(part) {
  return (
    part.querySelector("details[open], [aria-busy], input:checked, input:focus, textarea:focus, button:focus:not(.aloud button)") !== null ||
    [...part.querySelectorAll("input[type=text], input[type=datetime-local]")].some((field) => field.value !== field.defaultValue)
  );
}
