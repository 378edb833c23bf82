// One home's pictures: a day under the pointer or the arrow keys tells its numbers, t opens the tables.

const weeks = document.getElementById("weeks");
const told = document.getElementById("day-numbers");
let chosen = -1;

told.textContent = told.dataset.hint;
told.hidden = false;

function show(number) {
  const table = document.getElementById("days");
  const rows = table.tBodies[0].rows;
  chosen = Math.min(Math.max(number, 0), rows.length - 1);
  const heads = [...table.tHead.rows[0].cells];
  const [day, ...cells] = rows[chosen].cells;
  const parts = cells
    .map((cell, index) => [heads[index + 1].textContent, cell.innerText.trim().replaceAll("\n", "; ") || cell.textContent.trim()])
    .filter(([, value]) => value && value !== "–");
  const name = document.createElement("b");
  name.textContent = day.textContent;
  told.replaceChildren(name, parts.map(([head, value]) => ` · ${head} ${value}`).join(""));
  const under = document.getElementById("under");
  under.setAttribute("y", chosen * Number(weeks.querySelector("svg").dataset.row));
  under.setAttribute("visibility", "visible");
}

function rowAt(event) {
  const svg = weeks.querySelector("svg");
  const box = svg.getBoundingClientRect();
  const y = ((event.clientY - box.top) / box.height) * svg.viewBox.baseVal.height + svg.viewBox.baseVal.y;
  return Math.floor(y / Number(svg.dataset.row));
}

for (const kind of ["pointermove", "pointerdown"]) {
  weeks.addEventListener(kind, (event) => {
    const row = rowAt(event);
    if (row !== chosen && row >= 0 && row < document.getElementById("days").tBodies[0].rows.length) show(row);
  });
}

weeks.addEventListener("keydown", (event) => {
  const last = document.getElementById("days").tBodies[0].rows.length - 1;
  const wanted = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: 0, End: last }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  show(wanted);
});

// News draw the picture anew: the day that is being read stays marked.
new MutationObserver(() => chosen >= 0 && show(chosen)).observe(weeks, { childList: true });

// On every other page t leads to the table of all homes; here it is this home's tables that are meant.
window.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "t" || event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopImmediatePropagation();
    const tables = [...document.querySelectorAll("details[data-table]")];
    const open = !tables.every((table) => table.open);
    for (const table of tables) table.open = open;
  },
  true,
);

// On a narrow screen the pictures are wider than the window: begin with the present in sight.
for (const wide of document.querySelectorAll(".scroll.wide")) {
  const svg = wide.querySelector("svg");
  const now = Number(document.querySelector("[data-present]").dataset.present);
  const share = (now - svg.viewBox.baseVal.x) / svg.viewBox.baseVal.width;
  wide.scrollLeft = share * svg.getBoundingClientRect().width - wide.clientWidth * 0.7;
}
