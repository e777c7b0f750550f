// The result of a page: conclusion, figures, photo, findings with their evidence, the redrawn ECG, details, files.

import { pageDrawing, pageReport, photoAddress } from "./api.js";
import { correctionPanel } from "./correct.js";
import { files, left, measurements, opinions, trust } from "./details.js";
import { h } from "./dom.js";
import { EcgView } from "./ecg.js";
import { PhotoView } from "./photo.js";
import { capital, percent, short, unit } from "./text.js";
import { FIGURES, REMEDIES } from "./words.js";

const OTHER = "rgb(0, 114, 178)"; // of evidence without a letter
const SHOWN = 7;

/** Fills `place` with the result of a page.
 *
 * tools.next reads another page of the document, or the other ECG on it, null where that can't be; tools.mode opens the
 * corrections, tools.view is the part of the photo that is shown.
 */
export async function showResult(place, state, tools) {
  const [report, drawing] = await Promise.all([pageReport(state.id), pageDrawing(state.id)]);
  const page = { state, report, drawing, tools, place, mode: tools.mode };
  page.again = (next, mode) => showResult(place, next, { ...tools, mode, view: page.photo.view });
  page.photo = new PhotoView(drawing, photoAddress(state.id, state.revision));
  page.ecg = drawing.curves.length ? new EcgView(drawing) : null;
  page.letters = new Map(drawing.leading.map((one) => [`${one.group}/${one.code}`, one]));
  place.replaceChildren(
    conclusion(page),
    h(
      "div",
      { class: "columns" },
      h("div", { class: "pictures" }, photoCard(page), page.ecg && ecgCard(page)),
      h(
        "div",
        { class: "facts" },
        refusal(page),
        figures(page),
        findings(page),
        rules(page),
        left(page),
        opinions(page),
        measurements(page),
        trust(page),
        files(page),
      ),
    ),
  );
  if (tools.view) page.photo.look(tools.view);
}

function conclusion({ report, tools }) {
  const corrected = report.settings.corrections?.changes.length ?? 0;
  if (report.read_by === "nothing") return null; // "no finding" of a page that was not read would mislead
  const { first, said, more } = partsOf(report.conclusion);
  const { pages, ecgs } = report.source;
  const [page, ecg] = [((report.source.page - 1) % pages) + 1, Math.ceil(report.source.page / pages)];
  return h(
    "div",
    { class: `conclusion ${verdict(report)}` },
    h("h1", {}, capital(first)),
    said.length ? h("p", { class: "said" }, capital(said.join(" \u00b7 "))) : null,
    h(
      "div",
      { class: "more" },
      more.map(([name, text]) => h("p", {}, h("b", {}, `${capital(name)}: `), text)),
    ),
    pages > 1
      ? h(
          "p",
          { class: "pages" },
          `Page ${page} of ${pages}. `,
          tools.next && page < pages ? readButton(tools, page + 1, "Read the next page") : null,
        )
      : null,
    ecgs > 1
      ? h(
          "p",
          { class: "pages" },
          `The page shows two ECGs; this is the ${ecg > 1 ? "second" : "first"}. `,
          tools.next ? readButton(tools, ecg > 1 ? page : page + pages, "Read the other ECG") : null,
        )
      : null,
    corrected
      ? h(
          "p",
          { class: "by-user" },
          `Read with ${corrected === 1 ? "one correction" : `${corrected} corrections`} of yours.`,
        )
      : null,
  );
}

/** Reads another page of what was sent; beyond the document's pages, the second ECG on one of them. */
const readButton = (tools, page, text) => h("button", { type: "button", onclick: () => tools.next(page) }, text);

/** The conclusion's sentence, what follows it, and the parts that have a label ("rules: ..."). */
function partsOf(text) {
  const [first, ...rest] = text.split("; ");
  const said = [];
  const more = [];
  for (const part of rest) {
    const label = part.match(/^(rules|networks|not assessable): (.*)$/);
    if (label) more.push([label[1], label[2]]);
    else if (more.length) more.at(-1)[1] += `; ${part}`;
    else said.push(part);
  }
  return { first, said, more };
}

function verdict(report) {
  const abnormal = report.findings.find((one) => one.code === "ABNORMAL");
  return abnormal ? ({ likely: "alert", unlikely: "calm" }[abnormal.verdict] ?? "open") : "open";
}

function photoCard(page) {
  const { drawing, photo } = page;
  const note = drawing.curves.length
    ? "The traces as they were read, over your photo. Tap a finding to see where it rests."
    : "The photo as it was sent; no curve was read.";
  page.clear = h("button", { type: "button", hidden: true, onclick: () => unmark(page) }, "Clear");
  const [toggle, panel] = correctionPanel(page);
  const canBeCorrected = drawing.curves.length || page.report.refused?.cause.includes("layout");
  photo.bar.append(page.clear, canBeCorrected ? toggle : "");
  return h(
    "section",
    { class: "card photo-card", "aria-label": "Photo" },
    photo.element,
    panel,
    h("p", { class: "note" }, note),
  );
}

function ecgCard(page) {
  return h(
    "section",
    { class: "card ecg-card" },
    h("h2", {}, "Redrawn ECG"),
    page.ecg.element,
    h("p", { class: "note" }, "Black: sure. Grey: doubtful. Nothing is drawn where the page shows nothing."),
  );
}

function refusal({ report, state }) {
  if (!report.refused) return null;
  const head = report.read_by === "nothing" ? "This page could not be read" : "The leads could not be read";
  const seen = report.refusal.split("; ")[0];
  const rest =
    report.read_by === "image"
      ? "What follows rests on the picture alone, without a signal."
      : "There are no findings.";
  return h(
    "section",
    { class: "card refused", role: "alert" },
    h("h2", {}, head),
    h("p", {}, `${capital(seen)}.`),
    h(
      "p",
      {},
      h("b", {}, "What to try: "),
      REMEDIES[report.refused.cause] ?? "Take the picture again: near, sharp, from above and in even light.",
    ),
    h("p", {}, rest),
  );
}

function figures({ report }) {
  if (!report.measurements.length) return null;
  const tiles = FIGURES.map(([name, label]) => {
    const one = report.measurements.find((m) => m.name === name);
    const known = one && one.value !== null;
    return h(
      "div",
      { class: "tile" },
      h("dt", {}, label),
      h("dd", {}, known ? Math.round(one.value) : "\u2013", h("small", {}, known ? ` ${unit(one.unit)}` : "")),
      h("dd", { class: "sub" }, known ? `\u00b1 ${Math.round(one.uncertainty ?? 0)}` : (one?.reason ?? "")),
    );
  });
  return h(
    "section",
    { class: "card figures-card" },
    h("h2", {}, "Rate and intervals"),
    h("dl", { class: "tiles" }, tiles),
  );
}

function findings(page) {
  const { report } = page;
  const shown = report.findings.filter(
    (f) =>
      ["likely", "possible"].includes(f.verdict) || (f.verdict === "not assessable" && f.why.includes("contradict")),
  );
  if (!report.findings.length) return null;
  const rows = shown.slice(0, SHOWN).map((finding) => findingRow(page, finding));
  return h(
    "section",
    { class: "card findings-card" },
    h("h2", {}, "Findings of the networks"),
    rows.length ? h("ul", { class: "findings" }, rows) : h("p", { class: "note" }, "Nothing is likely or possible."),
    shown.length > SHOWN &&
      h("p", { class: "note" }, `${shown.length - SHOWN} more are in the table of both opinions.`),
  );
}

function findingRow(page, finding) {
  const drawn = page.letters.get(`${finding.group}/${finding.code}`);
  const stretches =
    drawn?.evidence ??
    finding.influences.map((i) => ({ ...i, share: i.weight / Math.max(...finding.influences.map((x) => x.weight)) }));
  const color = drawn?.color ?? OTHER;
  const mark = h("span", { class: "disc", "--mark": drawn ? color : "var(--soft)" }, drawn?.letter ?? "");
  const body = [
    mark,
    h(
      "span",
      { class: "name" },
      finding.name,
      " ",
      h("span", { class: `tag ${finding.verdict.split(" ")[0]}` }, finding.verdict),
    ),
    h("span", { class: "value" }, percent(finding.probability)),
    h(
      "span",
      {
        class: "bar",
        "--share": finding.probability,
        "--limit": finding.threshold,
        "--mark": color,
        role: "img",
        "aria-label": `${percent(finding.probability)}, threshold ${percent(finding.threshold)}`,
      },
      h("i"),
      h("u"),
    ),
    h(
      "span",
      { class: "under" },
      opinionsOf(finding),
      stretches.length ? ` \u00b7 rests on ${[...new Set(finding.influences.map((i) => i.lead))].join(", ")}` : "",
    ),
  ];
  if (!stretches.length || !page.drawing.curves.length) return h("li", {}, h("div", { class: "finding" }, body));
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "finding tap",
        "aria-pressed": "false",
        onclick: (event) => showEvidence(page, event.currentTarget, stretches, color, drawn?.letter),
      },
      body,
    ),
  );
}

/** Shows evidence on the photo and in the redrawn ECG; a second tap takes it away. */
function showEvidence(page, button, stretches, color, letter) {
  const was = button.getAttribute("aria-pressed") === "true";
  unmark(page);
  if (was) return;
  button.setAttribute("aria-pressed", "true");
  page.clear.hidden = false;
  page.place.querySelector(".photo-card").classList.add("marking"); // it stays in sight on a phone
  page.photo.highlight(stretches, color, letter);
  page.ecg?.highlight(stretches, color, letter);
  const { top, bottom } = page.photo.element.getBoundingClientRect();
  if (bottom < 80 || top > innerHeight - 80)
    page.photo.element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "start" });
}

function unmark(page) {
  for (const button of page.place.querySelectorAll('.tap[aria-pressed="true"]'))
    button.setAttribute("aria-pressed", "false");
  page.photo.clear();
  page.photo.fit();
  page.ecg?.clear();
  page.clear.hidden = true;
  page.place.querySelector(".photo-card").classList.remove("marking");
}

function opinionsOf(finding) {
  const parts = [];
  if (finding.signal) parts.push(`signal ${percent(finding.signal.probability)}`);
  if (finding.image)
    parts.push(
      `image ${percent(finding.image.probability)}${finding.image.code === finding.code ? "" : ` for any ${finding.image.code}`}`,
    );
  return parts.join(", ");
}

function rules(page) {
  const { report } = page;
  const met = report.statements.filter(
    (one) => ["met", "indeterminate"].includes(one.verdict) && one.step !== "quality",
  );
  const contradicted = report.compared.filter((one) => one.agreement === "contradict");
  if (!met.length && !contradicted.length) return null;
  const isDisorder = (one) => page.drawing.disorders.includes(one.id);
  const ordered = [...met.filter(isDisorder), ...met.filter((one) => !isDisorder(one))];
  const rows = ordered.map((one) => {
    const evidence = one.evidence
      .filter((e) => e.value !== null && e.unit)
      .slice(0, 4)
      .map(
        (e) =>
          `${e.name.replaceAll("_", " ")}${e.lead ? ` ${e.lead}` : ""} ${short(e.value)} \u00b1 ${short(e.uncertainty)} ${unit(e.unit)}`,
      )
      .join(", ");
    const stretches = one.times.filter((t) => t.lead).map((t) => ({ ...t, share: 0.6 }));
    const body = [
      h(
        "span",
        { class: "name" },
        one.statement,
        one.who === "all" ? "" : ` (limit for ${one.who})`,
        " ",
        h(
          "span",
          { class: `tag ${one.verdict === "met" ? "likely" : "open"}` },
          one.verdict === "met" ? "met" : "open",
        ),
      ),
      h(
        "span",
        { class: "under" },
        `${one.limit === null ? "" : `limit ${short(one.limit)} ${unit(one.unit)}; `}${evidence}`,
      ),
    ];
    const isShown = stretches.length && page.drawing.curves.length;
    return h(
      "li",
      {},
      isShown
        ? h(
            "button",
            {
              type: "button",
              class: "rule tap",
              "aria-pressed": "false",
              onclick: (event) => showEvidence(page, event.currentTarget, stretches, OTHER, ""),
            },
            body,
          )
        : h("div", { class: "rule" }, body),
    );
  });
  const apart = contradicted.map((one) =>
    h(
      "li",
      {},
      h("b", {}, one.name),
      ": ",
      ["rule", "signal", "image"]
        .filter((k) => one[k])
        .map((k) => `${k} ${one[k]}`)
        .join(", "),
    ),
  );
  const shown = Math.max(3, Math.min(6, met.filter(isDisorder).length));
  const isLong = rows.length > shown;
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Statements by rule"),
    apart.length
      ? h("div", { class: "contradiction" }, h("b", {}, "Rules and networks contradict each other"), h("ul", {}, apart))
      : null,
    h("ul", { class: "findings" }, rows.slice(0, shown)),
    isLong &&
      h(
        "details",
        {},
        h("summary", {}, `${rows.length - shown} more`),
        h("ul", { class: "findings" }, rows.slice(shown)),
      ),
  );
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
