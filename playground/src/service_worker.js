// Keeps the page for the time without a network. The build replaces the version.

const CACHE = "playground-VERSION";
const PAGE = "./";

addEventListener("install", (event) => {
  const keep = async () => {
    // Not from the browser's cache, which may have the page of another version.
    await (await caches.open(CACHE)).add(new Request(PAGE, { cache: "reload" }));
    await skipWaiting();
  };
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("playground-") && name !== CACHE) await caches.delete(name);
    }
    await clients.claim();
  };
  event.waitUntil(clean());
});

addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const isPage =
    event.request.mode === "navigate" &&
    new URL(PAGE, registration.scope).pathname === address.pathname.replace(/index\.html$/, "");
  if (isPage) event.respondWith(caches.match(PAGE).then((page) => page ?? fetch(event.request)));
});
