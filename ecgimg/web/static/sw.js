// Keeps the page's own files, so that it opens without a network. Nothing below /api is ever stored.

const NAME = "ecgimg-shell-1";
const SHELL = [
  "/",
  "/style.css",
  "/text.js",
  "/app.js",
  "/api.js",
  "/camera.js",
  "/correct.js",
  "/details.js",
  "/dom.js",
  "/ecg.js",
  "/judge.js",
  "/photo.js",
  "/result.js",
  "/words.js",
  "/icon.svg",
  "/manifest.webmanifest",
];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const others = caches
    .keys()
    .then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const isShell =
    event.request.method === "GET" &&
    address.origin === location.origin &&
    SHELL.includes(address.pathname) &&
    !address.search;
  if (!isShell) return;
  event.respondWith(fromNetwork(event.request)); // the newest where there is a network, what was kept where there is none
});

async function fromNetwork(request) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}
