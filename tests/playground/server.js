// A static host on this machine, which records the requests that it gets.
"use strict";
const fs = require("fs");
const http = require("http");
const path = require("path");

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8" };

/** Serves a folder. Returns its address, the paths of all requests, and `close`. */
exports.serve = async (folder) => {
  const requests = [];
  const server = http.createServer((request, response) => {
    requests.push(request.url);
    const name = request.url === "/" ? "index.html" : request.url.slice(1);
    const file = path.join(folder, path.basename(name));
    if (!fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    response.end(fs.readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { address: `http://localhost:${server.address().port}/`, requests, close };
};
