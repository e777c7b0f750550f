// What the page says. Names of the report's own things (findings, criteria, reasons) come from the report.

export const HINTS = {
  "": "Looks right: hold still and take it",
  dark: "Too dark: turn on a light",
  blurred: "Blurred: hold still, or move nearer",
  cut: "The page is cut off: move back until its margins are seen",
};

export const SENT_ANYWAY = {
  dark: "The photo is dark. It is read all the same; take it again in more light if the result is doubtful.",
  blurred: "The photo looks blurred. It is read all the same; take it again if the result is doubtful.",
  cut: "The page may be cut off. It is read all the same; take it again with its margins if leads are missing.",
};

export const STEPS = {
  load: "Open the photo",
  screen: "Look at the picture as a whole",
  straighten: "Straighten the paper by its grid",
  landmarks: "Find rows, lead names and pulses",
  trace: "Trace the curves",
  layout: "Recognise the layout, speed and gain",
  assemble: "Make the recording",
  diagnose: "Ask the signal network",
  measure: "Measure waves and intervals",
  interpret: "Apply the criteria",
  combine: "Join the opinions",
};

// What to try where a page was refused, for somebody without a command line; keys are the report's causes.
export const REMEDIES = {
  "not an ECG": "Take one whole ECG page, with nothing else in the picture.",
  "too blurred": "Take it again: hold still, near, in even light.",
  "cut off": "Take the whole page, with its margins.",
  "several ECGs": "Take one ECG at a time.",
  strip: "Take the whole page; a strip alone is not judged by the image network.",
  mirrored: "The picture is mirrored: take it from the printed side, without the selfie camera.",
  "given layout": "Choose another layout, or let it be found.",
  "unknown layout": "Choose the layout by hand under Correct.",
  "uncertain layout": "Choose the layout by hand under Correct.",
  "low confidence": "Take it again: near, sharp, from above and in even light.",
  "little signal": "Take more of the page.",
};

export const SOURCES = {
  text: "printed",
  pulse: "from the pulse",
  signal: "from the traces",
  beats: "from the beats",
  given: "given by you",
  assumed: "assumed, the page does not show it",
};

export const FIGURES = [
  ["heart rate", "Rate"],
  ["PR interval", "PR"],
  ["QRS duration", "QRS"],
  ["QT interval", "QT"],
  ["QTc Fridericia", "QTc"],
  ["QRS axis", "Axis"],
];

export const FILES = {
  "report.pdf": "Report, PDF",
  "report.html": "Report, HTML",
  "wfdb.zip": "Recording, WFDB",
  "ecg.csv": "Recording, CSV",
  "report.json": "Everything, JSON",
  "overlay.png": "Traces over the photo",
  "corrections.json": "Corrections",
  "all.zip": "All files, ZIP",
};

export const LANGUAGES = { en: "English", de: "Deutsch" };

export const FORGOTTEN =
  "The server no longer has this page: its time was over, it was deleted, or the server was started again.";

export const CORRECT = {
  open: "Correct",
  none: "Nothing is corrected. Every change is recorded with its time and can be undone.",
  reading: "Reading on with your correction.",
  modes: { names: "Names", columns: "Columns", draw: "Redraw", erase: "Erase", scales: "Layout and scales" },
  hints: {
    names: "Tap a lead's name on the photo or choose it here.",
    columns: "Drag a bar to where the stretch begins. With keys: arrows move it, Enter sets it.",
    draw: "Zoom in, then draw along the curve, or tap it at two points or more. With keys: arrows move a cross, Enter sets a point.",
    erase:
      "Draw over the stretch that shows nothing, or tap its two ends. With keys: arrows move a cross, Enter sets a point.",
    scales: "Choose what the page really has. A layout starts names and columns afresh.",
  },
  apply: { redraw: "Use this line", erase: "Erase this stretch" },
};
