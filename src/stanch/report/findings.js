"use strict";
(() => {
  const table = document.getElementById("findings");
  const form = document.getElementById("filters");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const shown = document.getElementById("shown");
  const field = (name) => form.elements.namedItem(name);

  const filter = () => {
    const words = field("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = ["severity", "provider", "head"].map((name) => [name, field(name).value]).filter((pair) => pair[1]);
    let count = 0;
    for (const row of rows) {
      const fits =
        wanted.every(([name, value]) => row.dataset[name] === value) &&
        words.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    }
    shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
  };

  const key = {
    severity: (row) => Number(row.dataset.rank),
    kind: (row) => row.querySelector(".kind b").textContent,
    where: (row) => row.querySelector(".path").textContent,
  };
  const order = new Intl.Collator("en", { numeric: true }).compare;
  const sort = (head, name) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const sorted = rows
      .map((row, at) => [key[name](row), at, row])
      .sort((a, b) => (typeof a[0] === "number" ? a[0] - b[0] : order(a[0], b[0])) * (up ? 1 : -1) || a[1] - b[1]);
    body.append(...sorted.map((item) => item[2]));
  };

  for (const name of Object.keys(key)) {
    const head = table.tHead.querySelector(`th.${name}`);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, name));
    head.replaceChildren(button);
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
