"use strict";
// A picture over days: drawing over some of them has the next question ask only their articles.
window.articlesQa = window.articlesQa || {};

articlesQa.brushes = (element, choose) => {
  const [LEFT, RIGHT] = [6, 94]; // Per cent of the width between which days lie.
  const LEAST_PX = 8; // A shorter stroke is a click.
  const DAY_MS = 86_400_000;
  let stroke = null; // { svg, from, mark }

  const share = (svg, x) => {
    const box = svg.getBoundingClientRect();
    return Math.min(1, Math.max(0, (((x - box.left) / box.width) * 100 - LEFT) / (RIGHT - LEFT)));
  };
  // The first or the last day of a stroke, as a record has it.
  function dayAt(svg, part) {
    const [since, until] = [svg.dataset.since, svg.dataset.until].map((day) => Date.parse(`${day}T00:00Z`) / DAY_MS);
    return new Date(Math.round(since + part * (until - since)) * DAY_MS).toISOString().slice(0, 10);
  }
  element.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest(".brush");
    if (svg && event.button === 0) stroke = { svg, from: event.clientX, mark: null };
  });
  addEventListener("pointermove", (event) => {
    if (!stroke || (!stroke.mark && Math.abs(event.clientX - stroke.from) < LEAST_PX)) return;
    const { svg, from } = stroke;
    if (!stroke.mark) {
      stroke.mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      stroke.mark.setAttribute("class", "drawn");
      stroke.mark.setAttribute("y", "0");
      stroke.mark.setAttribute("height", "100%");
      svg.prepend(stroke.mark);
    }
    const parts = [share(svg, from), share(svg, event.clientX)].sort((a, b) => a - b);
    stroke.mark.setAttribute("x", `${LEFT + parts[0] * (RIGHT - LEFT)}%`);
    stroke.mark.setAttribute("width", `${(parts[1] - parts[0]) * (RIGHT - LEFT)}%`);
    stroke.parts = parts;
  });
  const end = (event) => {
    if (!stroke) return;
    const { svg, mark, parts } = stroke;
    stroke = null;
    if (!mark) return;
    mark.remove();
    if (event.type !== "pointerup") return;
    // The click that follows the stroke opens nothing.
    const stop = (click) => (click.preventDefault(), click.stopPropagation());
    addEventListener("click", stop, { capture: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }));
    choose(dayAt(svg, parts[0]), dayAt(svg, parts[1]));
  };
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
};
