// The photo with its traces: pinch, wheel, keys and buttons zoom, a drag moves it, and evidence is shown on the curves.
//
// Three kinds of points: on the screen, upright (the SVG's own, the photo turned by quarter turns) and photo pixels.

import { h, s } from "./dom.js";

const MARGIN = 0.07; // around the traces, as a share of their extent
const MAX_ZOOM = 24;
const STEP = 1.5;

export class PhotoView {
  constructor(drawing, address) {
    this.drawing = drawing;
    this.tool = null;
    this.pointers = new Map();
    this.image = s("image", {
      href: address,
      width: drawing.width,
      height: drawing.height,
      transform: this.#turn(),
      preserveAspectRatio: "none",
    });
    this.traces = s("g", { class: "traces" });
    this.names = s("g", { class: "names" });
    this.marks = s("g", { class: "marks" });
    this.edit = s("g", { class: "edit" });
    this.svg = s(
      "svg",
      {
        class: "photo",
        tabindex: "0",
        role: "group",
        "aria-label": "The photo with its traces. Plus and minus zoom, arrows move.",
      },
      this.image,
      this.marks,
      this.traces,
      this.names,
      this.edit,
    );
    this.bar = this.#buttons();
    this.element = h("div", { class: "photo-box" }, this.svg, this.bar);
    this.home = this.#home();
    this.#drawTraces();
    this.#listen();
    this.look(this.home);
  }

  /** Shows stretches of leads; each {lead, start, end, share}. Moves there where `go` is set. */
  highlight(stretches, color, letter, go = true) {
    this.marks.replaceChildren();
    const seen = [];
    for (const one of stretches) {
      for (const curve of this.shown(one.lead)) {
        const points = this.cut(curve, one.start, one.end);
        if (points.length < 2) continue;
        seen.push(...points);
        const strength = 0.25 + 0.5 * (one.share ?? 1);
        this.marks.append(s("path", { d: path(points), "--mark": color, "--strength": strength, class: "mark" }));
      }
    }
    if (!seen.length) return false;
    if (letter) this.#letter(seen, color, letter);
    if (go) this.#moveTo(box(seen));
    return true;
  }

  /** Lets the user draw: {down, move, up, cancel, key}, called with photo points; null moves the photo again. */
  setTool(tool) {
    this.tool = tool;
    this.svg.classList.toggle("drawing", Boolean(tool));
    for (const label of this.names.children) {
      label.classList.remove("choosable", "chosen");
      label.onpointerdown = null;
    }
  }

  /** The upright point under a pointer. */
  at(event) {
    return this.#point([event.clientX, event.clientY]);
  }

  clear() {
    this.marks.replaceChildren();
  }

  fit() {
    this.#moveTo(null);
  }

  /** The curves of a lead that the recording was taken from; of all leads where none is named. */
  shown(lead) {
    const all = this.drawing.curves.filter((curve) => !lead || curve.lead === lead);
    const strips = new Set(all.filter((curve) => curve.is_strip).map((curve) => curve.lead));
    return all.filter((curve) => curve.is_strip || !strips.has(curve.lead));
  }

  /** Upright points of a curve between two times. */
  cut(curve, start, end) {
    const points = [];
    const count = curve.x.length;
    for (let k = 0; k < count; k++) {
      const time = curve.start + ((k + 0.5) / count) * curve.seconds;
      if (time >= start && time < end && curve.x[k] !== null && curve.y[k] !== null)
        points.push(this.upright([curve.x[k], curve.y[k]]));
    }
    return points;
  }

  upright([x, y]) {
    const { width: w, height: hgt, quarter_turns: turns } = this.drawing;
    return [
      [x, y],
      [hgt - y, x],
      [w - x, hgt - y],
      [y, w - x],
    ][turns];
  }

  photo([x, y]) {
    const { width: w, height: hgt, quarter_turns: turns } = this.drawing;
    return [
      [x, y],
      [y, hgt - x],
      [w - x, hgt - y],
      [w - y, x],
    ][turns];
  }

  /** Upright units of one screen pixel: things that keep their size on the screen are drawn with it. */
  get unit() {
    return this.view.w / Math.max(1, this.svg.clientWidth);
  }

  #turn() {
    const { width: w, height: hgt, quarter_turns: turns } = this.drawing;
    return ["", `matrix(0 1 -1 0 ${hgt} 0)`, `matrix(-1 0 0 -1 ${w} ${hgt})`, `matrix(0 -1 1 0 0 ${w})`][turns] || null;
  }

  #home() {
    const turned = this.drawing.quarter_turns % 2;
    const [w, hgt] = turned ? [this.drawing.height, this.drawing.width] : [this.drawing.width, this.drawing.height];
    const points = this.drawing.curves.flatMap((curve) => this.cut(curve, -1, Infinity));
    if (!points.length) return { x: 0, y: 0, w, h: hgt };
    const b = box(points);
    const margin = MARGIN * Math.max(b.w, b.h);
    const x = Math.max(0, b.x - margin);
    const y = Math.max(0, b.y - margin);
    return { x, y, w: Math.min(w, b.x + b.w + margin) - x, h: Math.min(hgt, b.y + b.h + margin) - y };
  }

  #drawTraces() {
    this.drawing.curves.forEach((curve, index) => {
      this.traces.append(s("path", { d: runs(curve, (p) => this.upright(p)), class: "trace" }));
      for (const [start, end] of curve.corrected)
        this.traces.append(s("path", { d: path(this.cut(curve, start, end)), class: "trace by-hand" }));
      const first = this.cut(curve, -1, Infinity).slice(0, 12);
      if (!first.length) return;
      const low = Math.max(...first.map((p) => p[1])); // below the curve: pages print their names above it
      const name = (curve.sign < 0 ? "-" : "") + curve.lead;
      this.names.append(s("text", { x: first[0][0], y: low, class: "name", "data-index": index }, name));
    });
    this.svg.style.setProperty("aspect-ratio", `${this.home.w} / ${this.home.h}`);
  }

  #letter(points, color, letter) {
    const highest = points.reduce((a, b) => (b[1] < a[1] ? b : a));
    this.marks.append(
      s(
        "g",
        { class: "letter", "--x": `${highest[0]}px`, "--y": `${highest[1]}px` },
        s("circle", { r: 11, cy: -18, "--mark": color }),
        s("text", { y: -14 }, letter),
      ),
    );
  }

  #buttons() {
    const button = (label, text, act) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    this.toggle = button("Hide or show the traces", "Traces", () => this.#toggleTraces());
    this.toggle.setAttribute("aria-pressed", "true");
    return h(
      "div",
      { class: "photo-buttons" },
      this.drawing.curves.length ? this.toggle : null,
      button("Zoom in", "+", () => this.#zoom(STEP)),
      button("Zoom out", "\u2212", () => this.#zoom(1 / STEP)),
      button("Show the whole page", "Fit", () => this.fit()),
    );
  }

  #toggleTraces() {
    const isShown = this.svg.classList.toggle("bare");
    this.toggle.setAttribute("aria-pressed", String(!isShown));
  }

  #listen() {
    const svg = this.svg;
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.#up(event));
    svg.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey && this.zoom <= 1.001 && event.deltaY > 0) return; // the page scrolls
        event.preventDefault();
        this.#zoom(Math.exp(-event.deltaY / 300), this.at(event));
      },
      { passive: false },
    );
    svg.addEventListener("dblclick", (event) => !this.tool && this.#zoom(2.5, this.at(event)));
    svg.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.look(this.view)).observe(svg);
  }

  #key(event) {
    const pan = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (this.tool?.key?.(event)) return event.preventDefault();
    if (event.key === "+" || event.key === "=") this.#zoom(STEP);
    else if (event.key === "-") this.#zoom(1 / STEP);
    else if (event.key === "0") this.fit();
    else if (pan)
      this.look({
        ...this.view,
        x: this.view.x + pan[0] * this.view.w * 0.15,
        y: this.view.y + pan[1] * this.view.h * 0.15,
      });
    else return;
    event.preventDefault();
  }

  #down(event) {
    this.svg.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 1 && this.tool && event.button === 0) {
      this.isDrawing = true;
      this.tool.down?.(this.photo(this.at(event)), event);
    } else if (this.isDrawing) {
      this.isDrawing = false; // a second finger: it is a pinch
      this.tool.cancel?.();
    }
    this.svg.classList.add("grabbed");
  }

  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (this.isDrawing) return this.tool.move?.(this.photo(this.at(event)), event);
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    const now = [event.clientX, event.clientY];
    if (others.length) {
      const factor = distance(now, others[0]) / Math.max(8, distance(before, others[0]));
      const middle = [(now[0] + others[0][0]) / 2, (now[1] + others[0][1]) / 2];
      this.#zoom(factor, this.#point(middle));
      this.#pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    } else this.#pan(now[0] - before[0], now[1] - before[1]);
    this.pointers.set(event.pointerId, now);
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.isDrawing) this.tool?.up?.(this.photo(this.at(event)), event);
    this.isDrawing = false;
    if (!this.pointers.size) this.svg.classList.remove("grabbed");
  }

  #pan(dx, dy) {
    const { x, y, w, h: hgt } = this.view;
    this.look({ x: x - dx * this.unit, y: y - dy * this.unit, w, h: hgt });
  }

  get zoom() {
    return this.home.w / this.view.w;
  }

  /** Zooms about an upright point, the middle by default. */
  #zoom(factor, about = [this.view.x + this.view.w / 2, this.view.y + this.view.h / 2]) {
    const limited = Math.min(MAX_ZOOM / this.zoom, Math.max(1 / this.zoom, factor));
    const { x, y, w, h: hgt } = this.view;
    this.look({
      x: about[0] - (about[0] - x) / limited,
      y: about[1] - (about[1] - y) / limited,
      w: w / limited,
      h: hgt / limited,
    });
  }

  #moveTo(target) {
    if (!target) return this.look(this.home);
    const aspect = this.home.w / this.home.h;
    const w = Math.min(this.home.w, Math.max(target.w * 1.5, target.h * 1.5 * aspect, this.home.w / 4));
    const middle = [target.x + target.w / 2, target.y + target.h / 2];
    this.look({ x: middle[0] - w / 2, y: middle[1] - w / aspect / 2, w, h: w / aspect });
  }

  look(view) {
    const limit = (v, size, low, whole) => Math.min(low + whole - size, Math.max(low, v));
    const { home } = this;
    this.view = { ...view, x: limit(view.x, view.w, home.x, home.w), y: limit(view.y, view.h, home.y, home.h) };
    const v = this.view;
    this.svg.setAttribute("viewBox", `${v.x} ${v.y} ${v.w} ${v.h}`);
    this.svg.style.setProperty("--unit", String(this.unit));
    this.svg.classList.toggle("zoomed", this.zoom > 1.01);
    this.onlook?.();
  }

  #point([x, y]) {
    const point = new DOMPoint(x, y).matrixTransform(this.svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }
}

export function path(points) {
  return points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

function runs(curve, turn) {
  let data = "";
  let isOpen = false;
  for (let k = 0; k < curve.x.length; k++) {
    if (curve.x[k] === null || curve.y[k] === null) {
      isOpen = false;
      continue;
    }
    const [x, y] = turn([curve.x[k], curve.y[k]]);
    data += `${isOpen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    isOpen = true;
  }
  return data;
}

function box(points) {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const x = xs.reduce((a, b) => Math.min(a, b), Infinity);
  const y = ys.reduce((a, b) => Math.min(a, b), Infinity);
  return {
    x,
    y,
    w: xs.reduce((a, b) => Math.max(a, b), -Infinity) - x,
    h: ys.reduce((a, b) => Math.max(a, b), -Infinity) - y,
  };
}

const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
