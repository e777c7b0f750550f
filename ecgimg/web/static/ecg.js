// The recording redrawn on a standard grid, with speed, gain and calipers. Coordinates are millimetres of paper.

import { h, s } from "./dom.js";

const LEFT = 9;
const TOP = 5;
const DOUBTFUL = 50; // percent of confidence below which a trace is drawn in grey
const SPEEDS = [25, 50];
const GAINS = [5, 10, 20];

export class EcgView {
  constructor(drawing) {
    this.drawing = drawing;
    this.speed = 25;
    this.gain = 10;
    this.marks = [];
    this.scroll = h("div", {
      class: "ecg-scroll",
      tabindex: "0",
      role: "region",
      "aria-label": "The redrawn ECG, scrolls sideways",
    });
    this.readout = h("output", { class: "readout", "aria-live": "polite" });
    this.measure = h(
      "button",
      { type: "button", "aria-pressed": "false", onclick: () => this.#toggleCalipers() },
      "Calipers",
    );
    const bar = h(
      "div",
      { class: "toolbar" },
      this.#choice("Speed", SPEEDS, "mm/s", "speed"),
      this.#choice("Gain", GAINS, "mm/mV", "gain"),
      this.measure,
      this.readout,
    );
    this.element = h("div", { class: "ecg-box" }, bar, this.scroll);
    this.#draw();
  }

  highlight(stretches, color, letter) {
    this.marks = stretches.map((one) => ({ ...one, color, letter }));
    this.#draw();
    const mark = this.scroll.querySelector(".band");
    if (mark) this.scroll.scrollLeft = Math.max(0, Number(mark.getAttribute("x")) * this.scale - 60);
  }

  clear() {
    this.marks = [];
    this.#draw();
  }

  #choice(label, values, unit, key) {
    const select = h(
      "select",
      {
        onchange: () => {
          this[key] = Number(select.value);
          this.#draw();
        },
      },
      values.map((value) => h("option", { value, selected: value === this[key] }, `${value} ${unit}`)),
    );
    return h("label", {}, `${label} `, select);
  }

  get rows() {
    const byRow = new Map();
    for (const curve of this.drawing.curves) byRow.set(curve.row, [...(byRow.get(curve.row) ?? []), curve]);
    return [...byRow].sort((a, b) => a[0] - b[0]).map(([, curves]) => curves.sort((a, b) => a.start - b.start));
  }

  #draw() {
    const rows = this.rows;
    this.pitch = Math.max(14, Math.min(32, 150 / Math.max(1, rows.length))) * Math.max(0.75, this.gain / 10);
    this.width = LEFT + this.drawing.seconds * this.speed + 5;
    this.height = 2 * TOP + rows.length * this.pitch;
    const room = this.scroll.clientWidth || 700;
    this.scale = Math.max(3, Math.min(4.4, (room - 2) / (LEFT + 10 * 25 + 5)));
    this.svg = s(
      "svg",
      {
        class: "ecg",
        viewBox: `0 0 ${this.width} ${this.height}`,
        width: this.width * this.scale,
        height: this.height * this.scale,
        role: "group",
        "aria-label": "12-lead ECG",
      },
      grid(),
      ...this.#paper(),
    );
    rows.forEach((row, k) => this.#row(row, TOP + k * this.pitch));
    this.scroll.replaceChildren(this.svg);
    if (this.calipers) this.#drawCalipers();
  }

  #paper() {
    const size = { width: this.width, height: this.height };
    return [s("rect", { ...size, class: "paper" }), s("rect", { ...size, fill: "url(#cm)" })];
  }

  #row(row, top) {
    const baseline = top + this.#level(row);
    this.svg.append(s("path", { d: `M2 ${baseline}h1.5v${-this.gain}h3v${this.gain}h1.5`, class: "pulse" }));
    row.forEach((curve, k) => {
      const x = this.#x(curve.start);
      this.#bands(curve, top);
      if (k) this.svg.append(s("path", { d: `M${x} ${baseline - 6}v3M${x} ${baseline + 3}v3`, class: "tick" }));
      for (const [name, data] of this.#paths(curve, baseline)) this.svg.append(s("path", { d: data, class: name }));
      this.svg.append(s("text", { x: x + 1, y: top + 3.6, class: "lead" }, curve.lead));
    });
  }

  /** Where the zero line of a row lies below its top, so that its curves have room. */
  #level(row) {
    const values = row
      .flatMap((curve) => this.#samples(curve).map(([, mv]) => mv))
      .filter((v) => v !== null)
      .sort((a, b) => a - b);
    if (!values.length) return this.pitch / 2;
    const low = values[Math.floor(0.005 * values.length)] * this.gain;
    const high = values[Math.floor(0.995 * (values.length - 1))] * this.gain;
    return this.pitch / 2 + Math.max(-this.pitch / 4, Math.min(this.pitch / 4, (low + high) / 2));
  }

  #samples(curve) {
    const lead = this.drawing.leads[curve.lead];
    const { fs } = this.drawing;
    const samples = [];
    if (!lead) return samples;
    const last = Math.min(lead.mv.length, Math.round((curve.start + curve.seconds) * fs));
    for (let k = Math.round(curve.start * fs); k < last; k++)
      samples.push([k / fs, lead.mv[k], lead.confidence[Math.floor((10 * k) / fs)] ?? 0]);
    return samples;
  }

  #paths(curve, baseline) {
    const data = { sure: "", doubt: "", corrected: "" };
    let open = "";
    let before = null;
    for (const [time, mv, confidence] of this.#samples(curve)) {
      if (mv === null) {
        open = "";
        continue;
      }
      const byUser = (curve.corrected ?? []).some(([a, b]) => time >= a && time < b);
      const name = byUser ? "corrected" : confidence < DOUBTFUL ? "doubt" : "sure";
      const point = `${this.#x(time).toFixed(2)} ${(baseline - mv * this.gain).toFixed(2)}`;
      data[name] += open === name ? `L${point}` : open ? `M${before}L${point}` : `M${point}`;
      open = name;
      before = point;
    }
    return Object.entries(data).filter(([, d]) => d);
  }

  #bands(curve, top) {
    for (const mark of this.marks.filter((one) => !one.lead || one.lead === curve.lead)) {
      const [a, b] = [Math.max(mark.start, curve.start), Math.min(mark.end, curve.start + curve.seconds)];
      if (b <= a) continue;
      const x = this.#x(a);
      this.svg.append(
        s("rect", {
          x,
          y: top + 0.5,
          width: (b - a) * this.speed,
          height: this.pitch - 1,
          class: "band",
          "--mark": mark.color,
          "--strength": 0.12 + 0.3 * (mark.share ?? 0.5),
        }),
      );
      if (mark.letter)
        this.svg.append(s("text", { x: x + 0.8, y: top + this.pitch - 1.4, class: "band-letter" }, mark.letter));
    }
  }

  #x(time) {
    return LEFT + time * this.speed;
  }

  #toggleCalipers() {
    const isOn = !this.calipers;
    this.measure.setAttribute("aria-pressed", String(isOn));
    if (isOn) {
      const left = this.scroll.scrollLeft / this.scale + 60;
      this.calipers = { t0: left, t1: left + 20, v0: TOP + this.pitch * 0.3, v1: TOP + this.pitch * 0.3 + 10 };
    } else this.calipers = null;
    this.readout.textContent = "";
    this.#draw();
  }

  #drawCalipers() {
    for (const key of ["t0", "t1", "v0", "v1"]) this.svg.append(this.#line(key));
    this.#read();
  }

  #line(key) {
    const isTime = key.startsWith("t");
    const label = { t0: "first time", t1: "second time", v0: "first voltage", v1: "second voltage" }[key];
    const line = s(
      "g",
      {
        class: `caliper ${isTime ? "time" : "volt"}`,
        tabindex: "0",
        role: "slider",
        "aria-label": `Caliper, ${label}`,
      },
      s("path", { d: isTime ? `M0 0V${this.height}` : `M0 0H${this.width}`, class: "hit" }),
      s("path", { d: isTime ? `M0 0V${this.height}` : `M0 0H${this.width}`, class: "line" }),
    );
    const place = (value) => {
      this.calipers[key] = Math.max(0, Math.min(isTime ? this.width : this.height, value));
      line.setAttribute(
        "transform",
        isTime ? `translate(${this.calipers[key]} 0)` : `translate(0 ${this.calipers[key]})`,
      );
      this.#read();
    };
    line.addEventListener("pointerdown", (event) => {
      line.setPointerCapture(event.pointerId);
      event.preventDefault();
      line.focus();
    });
    line.addEventListener("pointermove", (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return;
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
      place(isTime ? point.x : point.y);
    });
    line.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.5, ArrowRight: 0.5, ArrowUp: -0.5, ArrowDown: 0.5 }[event.key];
      if (!step) return;
      event.preventDefault();
      place(this.calipers[key] + step * (event.shiftKey ? 10 : 1));
    });
    this.lines = { ...this.lines, [key]: line };
    line.setAttribute(
      "transform",
      isTime ? `translate(${this.calipers[key]} 0)` : `translate(0 ${this.calipers[key]})`,
    );
    return line;
  }

  #read() {
    const { t0, t1, v0, v1 } = this.calipers;
    const ms = (1000 * Math.abs(t1 - t0)) / this.speed;
    const mv = Math.abs(v1 - v0) / this.gain;
    const rate = ms > 150 ? `, ${Math.round(60000 / ms)}/min` : "";
    this.readout.textContent = `${Math.round(ms)} ms${rate} \u00b7 ${mv.toFixed(2)} mV`;
    for (const [key, line] of Object.entries(this.lines ?? {})) {
      const text = key.startsWith("t") ? `${Math.round(ms)} ms apart` : `${mv.toFixed(2)} mV apart`;
      line.setAttribute("aria-valuetext", text);
      line.setAttribute("aria-valuenow", this.calipers[key].toFixed(1));
    }
  }
}

function grid() {
  return s(
    "defs",
    {},
    s(
      "pattern",
      { id: "mm", width: 1, height: 1, patternUnits: "userSpaceOnUse" },
      s("path", { d: "M1 0H0V1", class: "fine" }),
    ),
    s(
      "pattern",
      { id: "cm", width: 5, height: 5, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 5, height: 5, fill: "url(#mm)" }),
      s("path", { d: "M5 0H0V5", class: "coarse" }),
    ),
  );
}
