// The server's HTTP API, see /openapi.json.

const token = () => document.cookie.match(/(?:^|; )ecgimg_csrf=([^;]*)/)?.[1] ?? "";

export class Problem extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { "x-csrf-token": token(), ...options.headers } });
  } catch {
    throw new Problem(0, "The server does not answer.");
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, sentence(body.detail ?? `The server answered with ${answer.status}.`));
}

const json = async (path, options) => (await ask(path, options)).json();

export const pageState = (id) => json(`/api/pages/${id}`);
export const pageReport = (id) => json(`/api/pages/${id}/report`);
export const pageDrawing = (id) => json(`/api/pages/${id}/drawing`);
export const photoAddress = (id, revision) => `/api/pages/${id}/photo?revision=${revision}`;
export const deletePage = (id) => ask(`/api/pages/${id}`, { method: "DELETE" });
export const fetchFile = async (id, name, language) =>
  (await ask(`/api/pages/${id}/files/${name}?language=${language}`)).blob();
export const pageCorrections = (id) => json(`/api/pages/${id}/corrections`);
export const sendCorrections = (id, corrections) =>
  json(`/api/pages/${id}/corrections`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(corrections),
  });

/** Sends a picture; `progress` is called with the share that is sent. Returns {promise, abort}. */
export function sendPage(blob, settings, progress) {
  const request = new XMLHttpRequest(); // fetch does not tell how much is sent
  const promise = new Promise((resolve, reject) => {
    request.open("POST", `/api/pages?${new URLSearchParams(settings)}`);
    request.setRequestHeader("x-csrf-token", token());
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () =>
      request.status === 202
        ? resolve(request.response)
        : reject(new Problem(request.status, sentence(request.response?.detail ?? "The photo could not be sent.")));
    request.onerror = () => reject(new Problem(0, "The server does not answer."));
    request.onabort = () => reject(new Problem(-1, ""));
    request.send(blob);
  });
  return { promise, abort: () => request.abort() };
}

/** Calls `change` with every state of a page until it is read. Returns {promise of the last state, abort}. */
export function follow(id, change) {
  const source = new EventSource(`/api/pages/${id}/events`);
  const promise = new Promise((resolve, reject) => {
    source.onmessage = (event) => {
      const state = JSON.parse(event.data);
      change(state);
      if (state.status !== "waiting" && state.status !== "reading") {
        source.close();
        resolve(state);
      }
    };
    source.onerror = async () => {
      if (source.readyState === EventSource.CONNECTING) return; // the browser tries again by itself
      source.close();
      pageState(id).then(resolve, reject);
    };
  });
  return { promise, abort: () => source.close() };
}

function sentence(text) {
  const words = String(text).trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
