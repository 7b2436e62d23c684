"use strict";
(() => {
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const one = (id) => document.getElementById(id);

  // Every text that differs carries the other language with it.
  one("language").addEventListener("click", () => {
    for (const node of all("[data-other]")) {
      [node.textContent, node.dataset.other] = [node.dataset.other, node.textContent];
    }
    for (const node of all("[data-label]")) {
      const shown = node.getAttribute("aria-label");
      node.setAttribute("aria-label", node.dataset.label);
      node.dataset.label = shown;
    }
    const root = document.documentElement;
    root.lang = root.lang === "en" ? "zh-CN" : "en";
  });

  const body = one("table").tBodies[0];
  const rows = [...body.rows];
  const filter = () => {
    const wanted = one("search").value.trim().toLowerCase();
    const group = one("group").value;
    let count = 0;
    for (const row of rows) {
      const named = row.dataset.search.toLowerCase().includes(wanted);
      row.hidden = !(named && (!group || row.dataset.group === group));
      count += row.hidden ? 0 : 1;
    }
    one("shown").textContent = count;
  };
  one("search").addEventListener("input", filter);
  one("group").addEventListener("change", filter);
  one("filter").addEventListener("submit", (event) => event.preventDefault());

  const heads = all("#table thead th");
  const key = (row, column, figure) => {
    const cell = row.cells[column];
    if (!figure) return cell.textContent;
    return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  };
  // Cells that hold nothing come last, whichever way.
  const order = (one, two, sign, language) => {
    if (one === null || two === null) return (one === null) - (two === null);
    const less = typeof one === "number" ? one - two : one.localeCompare(two, language);
    return sign * less;
  };
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const figure = head.classList.contains("figure");
      const first = figure ? "descending" : "ascending";
      const other = figure ? "ascending" : "descending";
      const way = head.getAttribute("aria-sort") === first ? other : first;
      for (const each of heads) each.setAttribute("aria-sort", each === head ? way : "none");
      const sign = way === "ascending" ? 1 : -1;
      const language = document.documentElement.lang;
      const keyed = rows.map((row) => [key(row, column, figure), row]);
      keyed.sort(([a], [b]) => order(a, b, sign, language));
      body.append(...keyed.map(([, row]) => row));
    });
  });

  const who = one("who");
  const show = () => {
    for (const each of all(".why")) each.hidden = each.dataset.id !== who.value;
  };
  who.addEventListener("change", show);
  for (const link of all("[data-who]")) {
    link.addEventListener("click", (event) => {
      // Following the link would take the focus away again.
      event.preventDefault();
      who.value = link.dataset.who;
      show();
      one("why").scrollIntoView();
      who.focus({ preventScroll: true });
    });
  }
})();
