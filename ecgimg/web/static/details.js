// The lower part of a result: what is left open, both opinions, measurements, quality, files.

import { deletePage, fetchFile } from "./api.js";
import { h } from "./dom.js";
import { capital, percent, short, unit } from "./text.js";
import { FILES, LANGUAGES, SOURCES } from "./words.js";

export function left({ report }) {
  const unseen = report.statements
    .filter((one) => one.verdict === "not assessable")
    .map((one) => h("li", {}, h("b", {}, one.statement), one.why ? `: ${one.why}` : ""));
  const unsure = report.findings
    .filter((f) => f.verdict === "not assessable")
    .map((f) => h("li", {}, h("b", {}, f.name), f.why ? `: ${f.why}` : ""));
  const items = [...report.not_visible.map((text) => h("li", {}, text)), ...unsure, ...unseen];
  const warnings = report.warnings.map((text) => h("li", {}, capital(text)));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "What can't be judged"),
    items.length
      ? h("ul", { class: "plain" }, items.slice(0, 6))
      : h("p", {}, "All 12 leads are visible for at least 5 s."),
    items.length > 6 &&
      h("details", {}, h("summary", {}, `${items.length - 6} more`), h("ul", { class: "plain" }, items.slice(6))),
    warnings.length
      ? h("div", { class: "warnings" }, h("h3", {}, "Before you trust it"), h("ul", { class: "plain" }, warnings))
      : null,
  );
}

export function opinions({ report }) {
  if (!report.findings.length) return null;
  const rows = report.findings.map((f) =>
    h(
      "tr",
      { class: f.verdict === "unlikely" ? "off" : "" },
      h("th", { scope: "row" }, f.name),
      h("td", {}, f.signal ? percent(f.signal.probability) : "\u2013"),
      h("td", {}, f.image ? percent(f.image.probability) : "\u2013"),
      h("td", {}, percent(f.probability)),
      h("td", {}, percent(f.threshold)),
      h("td", { class: "word" }, f.verdict),
    ),
  );
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Both opinions"),
    h("p", {}, report.agreement),
    h(
      "ul",
      { class: "plain" },
      report.basis.map((text) => h("li", {}, text)),
    ),
    report.joined_by && h("p", { class: "note" }, report.joined_by),
    h(
      "details",
      {},
      h("summary", {}, "All statements"),
      h(
        "div",
        { class: "table", tabindex: "0", role: "region", "aria-label": "All statements" },
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ["Statement", "Signal", "Image", "Together", "Threshold", "Verdict"].map((text) =>
                h("th", { scope: "col" }, text),
              ),
            ),
          ),
          h("tbody", {}, rows),
        ),
      ),
    ),
  );
}

export function measurements({ report }) {
  if (!report.measurements.length) return null;
  const rows = report.measurements.map((m) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, m.name),
      h("td", {}, m.value === null ? "\u2013" : `${Math.round(m.value)} ${unit(m.unit)}`),
      h("td", { class: "word" }, m.value === null ? m.reason : `\u00b1 ${short(m.uncertainty)}`),
    ),
  );
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Measurements"),
    h(
      "details",
      {},
      h("summary", {}, `All ${rows.length}`),
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["Measured", "Value", "Standard deviation, or why none"].map((text) => h("th", { scope: "col" }, text)),
          ),
        ),
        h("tbody", {}, rows),
      ),
    ),
  );
}

export function trust({ report }) {
  const seen = Object.entries(report.leads).filter(([, one]) => one.interval !== null);
  const facts = [];
  if (report.page) {
    const { layout, paper_speed: speed, gain, confidence } = report.page;
    facts.push(
      ["Confidence of the reading", `${percent(confidence)}`],
      ["Leads read", `${Math.min(12, seen.length)} of 12`],
      ["Layout", layout.id],
      ["Paper speed", `${speed.value} mm/s, ${SOURCES[speed.source]}`],
      ["Gain", `${gain.value} mm/mV, ${SOURCES[gain.source]}`],
    );
  }
  if (report.screening)
    facts.push(
      ["Picture shows an ECG", percent(report.screening.ecg)],
      ["Picture can be read", percent(report.screening.readable)],
    );
  const leads = Object.entries(report.leads).map(([name, one]) =>
    h(
      "li",
      { class: one.word.split(" ")[0] },
      h("b", {}, name),
      ` ${one.word}${one.interval ? `, ${one.seconds.toFixed(1)} s` : ""}`,
    ),
  );
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Quality"),
    h(
      "dl",
      { class: "facts-list" },
      facts.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]),
    ),
    report.page && h("details", {}, h("summary", {}, "Each lead"), h("ul", { class: "leads" }, leads)),
  );
}

export function files({ state, report }) {
  const status = h("p", { class: "note", role: "status", "aria-live": "polite" });
  const language = languageChoice();
  const take = (name) => save(state.id, name, language.value, status);
  const buttons = state.files.map((name) =>
    h(
      "button",
      { type: "button", class: name === "all.zip" ? "primary" : "", onclick: () => take(name) },
      FILES[name] ?? name,
    ),
  );
  const until = new Date(state.kept_until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Take it with you"),
    h("p", {}, h("label", {}, "Reports in ", language)),
    h("div", { class: "downloads" }, buttons),
    status,
    h(
      "p",
      {},
      `This page and its files are deleted at ${until}. `,
      h("button", { type: "button", class: "danger", onclick: () => forget(state.id, status) }, "Delete it now"),
    ),
    h("p", { class: "note" }, `${report.disclaimer} ecgimg ${report.versions.ecgimg}.`),
  );
}

/** The languages of reports; the browser's own is chosen where there are reports in it. */
function languageChoice() {
  const own = LANGUAGES[navigator.language.slice(0, 2)] ? navigator.language.slice(0, 2) : "en";
  const options = Object.entries(LANGUAGES).map(([value, name]) =>
    h("option", { value, lang: value, selected: value === own }, name),
  );
  return h("select", {}, options);
}

async function save(id, name, language, status) {
  status.textContent = `${FILES[name] ?? name} is being made.`;
  try {
    const address = URL.createObjectURL(await fetchFile(id, name, language));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    status.textContent = `${FILES[name] ?? name} is saved as ${name}.`;
  } catch (problem) {
    status.textContent = problem.message;
  }
}

async function forget(id, status) {
  try {
    await deletePage(id);
    location.hash = "#/";
  } catch (problem) {
    status.textContent = problem.message;
  }
}
