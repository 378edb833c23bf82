// What is laid over the façade: lines from seals to their cards, and frames round stairwells that are lost.

const MOST_LINES = 3;

export function drawOver(street, queue) {
  drawOutages(street, queue);
  drawBurning(street, queue);
  drawLines(street);
}

function drawOutages(street, queue) {
  const told = new Map([...queue.querySelector("#outages").content.children].map((one) => [one.dataset.stairs, one]));
  for (const stairs of street.querySelectorAll("td.stairs")) {
    const label = told.get(stairs.dataset.stairs);
    const caption = stairs.closest("table").caption;
    const before = [...caption.querySelectorAll(".outage")].find((one) => one.dataset.stairs === stairs.dataset.stairs);
    stairs.classList.toggle("out", Boolean(label));
    if (!label) before?.remove();
    else if (!before) caption.append(label.cloneNode(true));
    else if (before.textContent !== label.textContent) before.replaceWith(label.cloneNode(true));
  }
  placeLabels(street);
}

// The label stands over its column where there is room; else beside the building's name.
function placeLabels(street) {
  for (const label of street.querySelectorAll(".outage")) {
    label.style.marginInlineStart = "";
    const stairs = label.closest("table").querySelector(`td.stairs[data-stairs="${CSS.escape(label.dataset.stairs)}"]`);
    if (!stairs) continue;
    const [box, column, house] = [label, stairs, label.closest("table")].map((one) => one.getBoundingClientRect());
    const wanted = Math.min(column.left + column.width / 2 - box.width / 2, house.right - box.width - 6);
    if (wanted > box.left) label.style.marginInlineStart = `${wanted - box.left + 10}px`;
    const pointed = column.left + column.width / 2 - Math.max(wanted, box.left);
    label.style.setProperty("--point", `${Math.min(Math.max(pointed, 10), box.width - 10)}px`);
  }
}

function drawBurning(street, queue) {
  const burning = JSON.parse(queue.dataset.burning);
  for (const block of street.querySelectorAll(".block")) {
    const waits = burning[block.id.slice(2)];
    block.classList.toggle("burning", waits !== undefined);
    block.classList.toggle("waiting", waits === true);
  }
}

function drawLines(street) {
  const wires = document.getElementById("wires");
  const frame = street.getBoundingClientRect();
  for (const one of document.querySelectorAll("[data-number]")) delete one.dataset.number;
  const cards = [...document.querySelectorAll("#queue [data-severity=emergency]")].map((card) => [card, sealOf(card)]).filter(([, seal]) => seal);
  const paths = cards.slice(0, MOST_LINES).map(([card, seal], index) => line(seal, card, frame, index));
  cards.slice(MOST_LINES).forEach(([card, seal], index) => {
    (seal.closest(".w, .block") ?? seal).dataset.number = index + MOST_LINES + 1;
    card.querySelector(".head").dataset.number = index + MOST_LINES + 1;
  });
  wires.replaceChildren(...paths);
}

function sealOf(card) {
  return document.getElementById(`w-${card.dataset.home}`) ?? document.getElementById(`b-${card.dataset.block}`)?.querySelector("svg") ?? null;
}

function line(seal, card, frame, index) {
  const from = seal.getBoundingClientRect();
  const to = card.getBoundingClientRect();
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const y = from.top - frame.top - 4;
  const bend = frame.width - 12 - index * 7;
  path.setAttribute("d", `M${from.right - frame.left} ${y + 4}V${y}H${bend}V${to.top - frame.top + 28}H${frame.width}`);
  return path;
}
