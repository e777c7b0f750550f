// The page's states: start, camera, progress, result, message. The address after # names the page that is shown, so that
// a reload finds it again; what follows # is never sent to a server.

import { follow, pageState, sendPage, deletePage } from "./api.js";
import { hasCamera, takePhoto } from "./camera.js";
import { $, h, show } from "./dom.js";
import { greyOf, judge } from "./judge.js";
import { showResult } from "./result.js";
import { FORGOTTEN, SENT_ANYWAY, STEPS } from "./words.js";

let sent = null; // {blob, settings} of the page that is shown, to send it again
let work = null; // {abort} of what is under way

addEventListener("hashchange", route);
$("take").addEventListener("click", take);
$("file").addEventListener("change", (event) => event.target.files.length && send(event.target.files[0]));
$("cancel").addEventListener("click", cancel);
$("message-again").addEventListener("click", () => sent && send(sent.blob, sent.settings));
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
addEventListener("drop", (event) => event.dataTransfer?.files.length && send(event.dataTransfer.files[0]));
if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => {});
if (!hasCamera()) $("take").replaceWith(phoneCamera()); // without HTTPS a browser gives no camera, but its own app
route();

function phoneCamera() {
  const input = h("input", { type: "file", accept: "image/*", capture: "environment", id: "phone-camera" });
  input.addEventListener("change", () => input.files.length && send(input.files[0]));
  return h("label", { class: "big primary", id: "take" }, "Take a photo", input);
}

async function route() {
  const id = location.hash.match(/^#\/page\/([\w-]+)$/)?.[1];
  if (!id) return begin();
  if (document.body.dataset.page === id) return;
  try {
    const state = await pageState(id);
    await (state.status === "waiting" || state.status === "reading" ? watch(id) : finish(state));
  } catch (problem) {
    fail(problem);
  }
}

function begin() {
  work?.abort();
  delete document.body.dataset.page;
  $("file").value = "";
  show("start");
}

async function take() {
  show("camera");
  try {
    const blob = await takePhoto();
    if (blob) await send(blob);
    else begin();
  } catch {
    begin();
    $("take").replaceWith(phoneCamera());
  }
}

function settings() {
  const given = {
    page: $("page").value || "1",
    sex: $("sex").value,
    age: $("age").value,
    redact: $("redact").checked ? "true" : "",
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}

async function send(blob, chosen = settings()) {
  sent = { blob, settings: chosen };
  show("progress");
  steps([]);
  progress("Sending the photo", "", 0);
  preview(blob);
  const upload = sendPage(blob, chosen, (share) => progress("Sending the photo", "", 0.1 * share));
  work = upload;
  try {
    const state = await upload.promise;
    document.body.dataset.page = state.id;
    location.hash = `#/page/${state.id}`;
    await watch(state.id);
  } catch (problem) {
    fail(problem);
  }
}

async function watch(id) {
  document.body.dataset.page = id;
  show("progress");
  const following = follow(id, (state) => {
    if (state.status === "waiting") {
      const pages = state.ahead === 1 ? "One page is" : `${state.ahead} pages are`;
      return progress("Waiting for a free worker", state.ahead ? `${pages} read before yours.` : "", 0.1);
    }
    progress(STEPS[next(state.step)] ?? "Reading the page", null, 0.1 + (0.9 * state.done) / Math.max(1, state.total));
    steps(state.step, state.done, state.total);
  });
  work = {
    abort: () => {
      following.abort();
      deletePage(id).catch(() => {});
    },
  };
  try {
    await finish(await following.promise);
  } catch (problem) {
    fail(problem);
  }
}

async function finish(state) {
  work = null;
  if (state.status === "failed") return message("This could not be read", sentence(state.problem), Boolean(sent));
  document.body.dataset.page = state.id;
  await showResult($("result"), state, { next: sent ? (page) => send(sent.blob, { ...sent.settings, page }) : null });
  show("result");
  $("main").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function fail(problem) {
  work = null;
  if (problem.status === -1) return;
  delete document.body.dataset.page;
  if (problem.status === 404) return message("This page is gone", FORGOTTEN, Boolean(sent));
  message(
    problem.status === 429 ? "The server is busy" : "That did not work",
    problem.message ?? String(problem),
    Boolean(sent),
  );
}

function message(title, text, canRepeat) {
  $("message-title").textContent = title;
  $("message-text").textContent = text;
  $("message-again").hidden = !canRepeat;
  show("message");
  $("main").focus();
}

function cancel() {
  work?.abort();
  work = null;
  location.hash = "#/";
  begin();
}

function progress(title, note, share) {
  $("progress-title").textContent = title;
  if (note !== null) $("progress-note").textContent = note;
  const meter = document.querySelector("#progress .meter");
  meter.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  meter.style.setProperty("--share", String(share));
}

const next = (step) => {
  const names = Object.keys(STEPS);
  return names[names.indexOf(step) + 1];
};

function steps(step) {
  const names = Object.keys(STEPS);
  const done = names.indexOf(step) + 1;
  $("steps").replaceChildren(
    ...names.map((name, k) => h("li", { class: k < done ? "done" : k === done && done ? "now" : "" }, STEPS[name])),
  );
}

/** Shows the photo at once, and what is wrong with it as far as the browser can see. */
async function preview(blob) {
  const image = $("preview");
  URL.revokeObjectURL(image.src);
  image.hidden = true;
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
    image.hidden = false;
    const problem = judge(greyOf(image, image.naturalWidth, image.naturalHeight, $("scan")));
    if (problem) $("progress-note").textContent = SENT_ANYWAY[problem];
  } catch {
    $("progress-note").textContent = ""; // a PDF, or a kind that this browser does not show; the server reads it
  }
}

function sentence(text) {
  return text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, ".") : "";
}
