// Corrections: names, columns, curves, layout and scales. Each change is sent with all earlier ones; the server reads the
// page on from the first step that they touch. Undo leaves a change out.

import { follow, sendCorrections } from "./api.js";
import { h, s } from "./dom.js";
import { path } from "./photo.js";
import { CORRECT } from "./words.js";

const MIN_STEP = 2; // photo pixels between points of a drawn line
const KEY_STEP = 4; // screen pixels that an arrow key moves the cross

let choices = null;
const loadChoices = async () => (choices ??= await (await fetch("/api/choices")).json());

/** The panel below the photo, and the button that opens it; `page.again(state, mode)` shows what was read on. */
export function correctionPanel(page) {
  const body = h("div", { class: "correct-body" });
  const toggle = h("button", { type: "button", "aria-expanded": "false", class: "correct-toggle" }, CORRECT.open);
  const open = async (mode) => {
    await loadChoices();
    toggle.setAttribute("aria-expanded", "true");
    body.classList.add("editing");
    new Panel(page, body).show(mode);
  };
  const close = () => {
    toggle.setAttribute("aria-expanded", "false");
    body.classList.remove("editing");
    page.photo.setTool(null);
    page.photo.edit.replaceChildren();
    body.replaceChildren();
  };
  toggle.addEventListener("click", () => (body.childElementCount ? close() : open("names")));
  if (page.mode) open(page.mode);
  return [toggle, body];
}

class Panel {
  constructor(page, body) {
    this.page = page;
    this.body = body;
    this.changes = [...(page.report.settings.corrections?.changes ?? [])];
    this.status = h("p", { class: "note", role: "status", "aria-live": "polite" }, page.problem ?? "");
    this.hasCurves = page.drawing.curves.length > 0;
  }

  show(mode) {
    this.mode = this.hasCurves ? mode : "scales";
    const names = this.hasCurves ? Object.keys(CORRECT.modes) : ["scales"];
    const tabs = h(
      "div",
      { class: "tabs", role: "group", "aria-label": "What to correct" },
      names.map((name) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(name === this.mode), onclick: () => this.show(name) },
          CORRECT.modes[name],
        ),
      ),
    );
    this.page.photo.setTool(null);
    this.page.photo.edit.replaceChildren();
    const part = {
      names: () => this.#names(),
      columns: () => this.#columns(),
      draw: () => this.#line("redraw"),
      erase: () => this.#line("erase"),
      scales: () => this.#scales(),
    }[this.mode]();
    this.body.replaceChildren(
      tabs,
      h("p", { class: "note" }, CORRECT.hints[this.mode]),
      part,
      this.status,
      this.#history(),
    );
  }

  #names() {
    const curves = this.page.drawing.curves;
    const options = curves.map((curve, k) =>
      h("option", { value: k }, `${curve.sign < 0 ? "-" : ""}${curve.lead}, row ${curve.row}`),
    );
    const which = h("select", { "aria-label": "Lead" }, options);
    const right = h(
      "select",
      { "aria-label": "Right name" },
      choices.leads.map((lead) => h("option", {}, lead)),
    );
    for (const label of this.page.photo.names.children) {
      label.classList.add("choosable");
      label.onpointerdown = (event) => {
        event.stopPropagation();
        which.value = label.dataset.index;
        which.dispatchEvent(new Event("change"));
      };
    }
    const choose = () => {
      for (const label of this.page.photo.names.children)
        label.classList.toggle("chosen", label.dataset.index === which.value);
      right.value = curves[which.value].lead;
    };
    which.addEventListener("change", choose);
    choose();
    const rename = () => {
      const curve = curves[which.value];
      const isTwice = curves.filter((one) => one.lead === curve.lead).length > 1;
      this.#change({ kind: "rename", lead: curve.lead, to: right.value, row: isTwice ? curve.row : null });
    };
    const exchange = () => this.#change({ kind: "exchange", leads: [curves[which.value].lead, right.value] });
    return h(
      "div",
      { class: "toolbar" },
      h("label", {}, "Lead ", which),
      h("label", {}, "is ", right),
      h("button", { type: "button", onclick: rename }, "Rename"),
      h("button", { type: "button", onclick: exchange }, "Exchange the two"),
    );
  }

  #columns() {
    const { photo, drawing } = this.page;
    const onlyRow = h("input", { type: "checkbox" });
    for (const curve of drawing.curves) {
      const start = photo.cut(curve, -1, Infinity)[0];
      if (start) photo.edit.append(this.#handle(curve, start, () => onlyRow.checked));
    }
    return h(
      "div",
      { class: "toolbar" },
      h("label", { class: "check" }, onlyRow, " Only this row, not the whole column"),
    );
  }

  #handle(curve, start, isOnlyRow) {
    const { photo } = this.page;
    let x = start[0];
    const handle = s(
      "g",
      {
        class: "handle",
        tabindex: "0",
        role: "slider",
        "aria-label": `Start of ${curve.lead}, row ${curve.row}`,
        "aria-valuenow": x.toFixed(0),
        "--y": `${start[1]}px`,
      },
      s("path", { d: "M0 -26V26", class: "hit" }),
      s("path", { d: "M0 -26V26M-6 0H6" }),
    );
    const move = (to) => {
      x = to;
      handle.style.setProperty("--x", `${x}px`);
      handle.setAttribute("aria-valuenow", x.toFixed(0));
    };
    const done = () =>
      x !== start[0] &&
      this.#change({
        kind: "column_start",
        column: curve.column,
        row: isOnlyRow() ? curve.row : null,
        at: photo.photo([x, start[1]]).map(tenth),
      });
    move(x);
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener(
      "pointermove",
      (event) => handle.hasPointerCapture(event.pointerId) && move(photo.at(event)[0]),
    );
    handle.addEventListener("pointerup", done);
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) move(x + step * 2 * photo.unit);
      else if (event.key === "Enter") done();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return handle;
  }

  /** Draws a line on the photo, with the finger, with taps or with keys; `kind` is redraw or erase. */
  #line(kind) {
    const { photo } = this.page;
    const snap = h("input", { type: "checkbox", checked: true });
    let points = [];
    let cross = null;
    const draw = () => {
      const upright = points.map((point) => photo.upright(point));
      photo.edit.replaceChildren(
        s("path", { d: path(upright), class: `line ${kind}` }),
        ...upright.filter((_, k) => k === 0 || k === upright.length - 1).map(([x, y]) => dot(x, y, "end")),
        cross ? dot(...cross, "cross") : "",
      );
      apply.disabled = points.length < 2;
    };
    const add = (point) => {
      const last = points.at(-1);
      if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= MIN_STEP) points.push(point.map(tenth));
      draw();
    };
    const key = (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step && event.key !== "Enter" && event.key !== "Escape") return false;
      cross ??= [photo.view.x + photo.view.w / 2, photo.view.y + photo.view.h / 2];
      if (step) cross = cross.map((v, k) => v + step[k] * KEY_STEP * photo.unit * (event.shiftKey ? 5 : 1));
      else if (event.key === "Enter") points.push(photo.photo(cross).map(tenth));
      else points = [];
      draw();
      return true;
    };
    const send = () => {
      const row = nearestRow(this.page.drawing, points);
      const ends = [points[0], points.at(-1)];
      this.#change(kind === "redraw" ? { kind, row, points, snap: snap.checked } : { kind, row, points: ends });
    };
    const apply = h("button", { type: "button", class: "primary", disabled: true, onclick: send }, CORRECT.apply[kind]);
    const clear = () => {
      points = [];
      draw();
    };
    photo.setTool({ down: add, move: add, cancel: clear, key });
    return h(
      "div",
      { class: "toolbar" },
      kind === "redraw" ? h("label", { class: "check" }, snap, " Follow the ink") : "",
      h("button", { type: "button", onclick: clear }, "Start again"),
      apply,
    );
  }

  #scales() {
    const page = this.page.report.page;
    const select = (values, now, label) =>
      h(
        "select",
        { "aria-label": label },
        values.map((value) => h("option", { value, selected: value === now }, value)),
      );
    const layout = select(choices.layouts, page?.layout.id, "Layout");
    const speed = select(choices.speeds, page?.paper_speed.value, "Paper speed");
    const gain = select(choices.gains, page?.gain.value, "Gain");
    const lead = h(
      "select",
      { "aria-label": "Gain of" },
      h("option", { value: "" }, "all leads"),
      choices.leads.map((name) => h("option", {}, name)),
    );
    const set = (make) => h("button", { type: "button", onclick: () => this.#change(make()) }, "Set");
    return h(
      "div",
      { class: "scales" },
      h(
        "div",
        { class: "toolbar" },
        h("label", {}, "Layout ", layout),
        set(() => ({ kind: "layout", layout: layout.value })),
      ),
      h(
        "div",
        { class: "toolbar" },
        h("label", {}, "Speed ", speed, " mm/s"),
        set(() => ({ kind: "speed", mm_per_s: Number(speed.value) })),
      ),
      h(
        "div",
        { class: "toolbar" },
        h("label", {}, "Gain ", gain, " mm/mV"),
        h("label", {}, "of ", lead),
        set(() => ({ kind: "gain", mm_per_mv: Number(gain.value), lead: lead.value || null })),
      ),
    );
  }

  #history() {
    if (!this.changes.length) return h("p", { class: "note" }, CORRECT.none);
    const rows = this.changes.map((change, k) =>
      h(
        "li",
        {},
        h("span", {}, summary(change)),
        h(
          "button",
          {
            type: "button",
            "aria-label": `Undo: ${summary(change)}`,
            onclick: () => this.#send(this.changes.filter((_, j) => j !== k)),
          },
          "Undo",
        ),
      ),
    );
    return h("div", {}, h("h3", {}, "Your corrections"), h("ol", { class: "history" }, rows));
  }

  #change(change) {
    const id = crypto.getRandomValues(new Uint32Array(2)).reduce((text, n) => text + n.toString(36), "c");
    this.#send([...this.changes, { id, time: new Date().toISOString(), ...change }]);
  }

  async #send(changes) {
    const { page } = this;
    const { sha256, page: number, width, height } = page.report.source;
    this.body.inert = true;
    this.status.textContent = CORRECT.reading;
    let problem = "";
    try {
      await sendCorrections(page.state.id, {
        schema: "ecgimg/corrections/1",
        page: { sha256, page: number, width, height },
        changes,
      });
      const state = await follow(page.state.id, () => {}).promise;
      if (state.revision !== page.state.revision) return await page.again(state, this.mode);
      problem = state.problem;
    } catch (error) {
      problem = error.message;
    }
    this.body.inert = false;
    this.status.textContent = `Not changed: ${problem}`;
  }
}

function summary(change) {
  return {
    rename: () => `Lead ${change.lead}${change.row ? ` of row ${change.row}` : ""} is ${change.to}`,
    exchange: () => `Leads ${change.leads?.join(" and ")} exchanged`,
    layout: () => `Layout ${change.layout}`,
    speed: () => `${change.mm_per_s} mm/s`,
    gain: () => `${change.mm_per_mv} mm/mV${change.lead ? ` for ${change.lead}` : ""}`,
    column_start: () => `Start of column ${change.column}${change.row ? ` of row ${change.row}` : ""} moved`,
    redraw: () => `A stretch of row ${change.row} redrawn`,
    erase: () => `A stretch of row ${change.row} erased`,
  }[change.kind]();
}

/** The row whose curve is nearest to the points; points and curves are in photo pixels. */
function nearestRow(drawing, points) {
  let best = [Infinity, 1];
  for (const curve of drawing.curves) {
    let sum = 0;
    for (const [x, y] of points) {
      let least = Infinity;
      for (let k = 0; k < curve.x.length; k++)
        if (curve.x[k] !== null) least = Math.min(least, Math.hypot(curve.x[k] - x, curve.y[k] - y));
      sum += least;
    }
    if (sum < best[0]) best = [sum, curve.row];
  }
  return best[1];
}

const dot = (x, y, name) =>
  s(
    "g",
    { class: `dot ${name}`, "--x": `${x}px`, "--y": `${y}px` },
    name === "cross" ? s("path", { d: "M-12 0H12M0 -12V12" }) : s("circle", { r: 5 }),
  );
const tenth = (value) => Math.round(10 * value) / 10;
