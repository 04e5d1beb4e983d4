// SPDX-FileCopyrightText: onboard.ringcentral contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts and narrows the tables of the page, and draws its charts from the tables beside them. The page says all it has
// to say without this script.
(() => {
  "use strict";
  const MANY = 50; // rows that a table with a field shows at first
  const FEW = 12; // rows that another table does

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const figure = (number) => number.toLocaleString("en");

  // A table whose rows are kept here; the document holds those that are shown.
  class Rows {
    constructor(box) {
      this.box = box;
      this.table = box.querySelector("table");
      this.body = this.table.tBodies[0];
      this.all = Array.from(this.body.rows);
      this.found = this.all;
      this.step = box.hasAttribute("data-find") ? MANY : FEW;
      this.shown = this.step;
      this.heads = Array.from(this.table.tHead.rows[0].cells);
      if (this.all.length > 1) this.heads.forEach((head, column) => this.makeSortable(head, column));
      this.output = make("output");
      if (box.hasAttribute("data-find") && this.all.length > FEW) this.addField();
      this.addMore();
      this.show();
    }

    makeSortable(head, column) {
      const button = make("button", { type: "button", textContent: head.textContent });
      button.addEventListener("click", () => this.sort(column));
      head.replaceChildren(button);
    }

    addField() {
      const label = make("label", { className: "unseen", textContent: "Find in this table" });
      const field = make("input", { type: "search", placeholder: "Find a name, address, site or reason", id: `find-${Rows.next++}` });
      label.htmlFor = field.id;
      field.addEventListener("input", () => this.find(field.value));
      this.box.before(make("div", { className: "tools" }, label, field, this.output));
    }

    addMore() {
      this.button = make("button", { type: "button" });
      this.button.addEventListener("click", () => {
        this.shown += this.step * 8;
        this.show();
      });
      this.more = make("div", { className: "more" }, this.button);
      this.box.after(this.more);
    }

    // Each row with the texts of its cells, in lower case: reading them takes longer than sorting does.
    texts() {
      this.read ??= new Map(this.all.map((row) => [row, Array.from(row.children, (cell) => cell.textContent.toLowerCase())]));
      return this.read;
    }

    sort(column) {
      const head = this.heads[column];
      const up = head.getAttribute("aria-sort") !== "ascending";
      this.heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const texts = this.texts();
      const key = head.dataset.kind === "number" ? (text) => Number(text.replaceAll(",", "")) || 0 : (text) => text;
      const order = up ? 1 : -1;
      const keyed = this.all.map((row) => [key(texts.get(row)[column]), row]);
      keyed.sort(([left], [right]) => (left < right ? -order : left > right ? order : 0));
      this.all = keyed.map(([, row]) => row);
      this.find(this.wanted ?? "");
    }

    find(wanted) {
      this.wanted = wanted;
      const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
      const texts = words.length ? this.texts() : null;
      const has = (row) => words.every((word) => texts.get(row).some((text) => text.includes(word)));
      this.found = words.length ? this.all.filter(has) : this.all;
      this.shown = this.step;
      this.show();
    }

    show(count = this.shown) {
      const rest = this.found.length <= count + 1 ? 0 : this.found.length - count; // never "1 more"
      this.body.replaceChildren(...(rest ? this.found.slice(0, count) : this.found));
      this.more.hidden = !rest;
      this.button.textContent = `Show more (${figure(rest)} left)`;
      this.output.textContent = this.found.length === this.all.length
        ? `${figure(this.all.length)} in all`
        : `${figure(this.found.length)} of ${figure(this.all.length)}`;
    }
  }
  Rows.next = 1;

  const draw = (chart) => {
    const table = chart.querySelector("table");
    const plot = chart.querySelector(".plot");
    const rows = Array.from(table.tBodies[0].rows);
    if (!rows.length) return;
    const labels = rows.map((row) => row.cells[0].textContent);
    const tones = rows.map((row) => row.dataset.tone || "");
    const width = table.tHead.querySelectorAll(".number").length;
    const series = Array.from({ length: width }, (_, place) => rows.map((row) => Number(row.cells[place + 1].dataset.value)));
    const kind = chart.dataset.chart;
    plot.classList.add(kind);
    const whole = { onlyInteger: true, labelInterpolationFnc: (value) => figure(value) };
    const narrow = plot.clientWidth < 420;
    const every = Math.ceil(labels.length / (narrow ? 5 : 10));
    let drawn;
    if (kind === "bars") {
      plot.style.height = `${rows.length * 34 + 28}px`;
      drawn = new Chartist.BarChart(plot, { labels, series }, {
        horizontalBars: true, reverseData: true, chartPadding: { top: 0, right: 12, bottom: 0, left: 0 },
        axisX: { ...whole, offset: 24 }, axisY: { offset: narrow ? 112 : 148, showGrid: false },
      });
    } else {
      plot.style.height = "200px";
      const options = {
        stackBars: true, fullWidth: true, low: 0, chartPadding: { top: 8, right: 16, bottom: 0, left: 0 },
        axisY: { ...whole, offset: 44 },
        axisX: { offset: 34, showGrid: false, labelInterpolationFnc: (value, place) => (place % every ? null : value) },
      };
      drawn = kind === "lines"
        ? new Chartist.LineChart(plot, { labels, series }, { ...options, lineSmooth: false })
        : new Chartist.BarChart(plot, { labels, series }, options);
    }
    drawn.on("draw", (part) => {
      const tone = part.type === "bar" && tones[kind === "bars" ? rows.length - 1 - part.index : part.index];
      if (tone) part.element.addClass(tone);
    });
    drawn.on("created", ({ svg }) => { // so that paper of another width shows all of it
      const { clientWidth, clientHeight } = plot;
      if (clientWidth) svg.attr({ viewBox: `0 0 ${clientWidth} ${clientHeight}`, preserveAspectRatio: "xMinYMin meet" });
    });
  };

  let tables = [];
  try {
    tables = Array.from(document.querySelectorAll(".rows"), (box) => new Rows(box));
  } finally {
    document.documentElement.classList.remove("loading"); // without which rows that are added would not be seen
  }
  document.querySelectorAll(".chart").forEach(draw);
  addEventListener("beforeprint", () => tables.forEach((one) => one.show(Infinity)));
  addEventListener("afterprint", () => tables.forEach((one) => one.show()));
  const idle = window.requestIdleCallback ?? setTimeout;
  idle(() => tables.forEach((one) => one.texts()));
})();
