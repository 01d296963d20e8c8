import assert from "node:assert/strict";
import { test } from "node:test";

// The modules read the base of the page when they are loaded.
Object.assign(globalThis, { document: { baseURI: "http://127.0.0.1:8080/sc/console/" } });
const { parser, readStream } = await import("../shared/stream");
const { search, serverUrl, whenUnauthorized, authorize } = await import("../shared/api");

test("frames are complete at an empty line, however the bytes arrive", () => {
  const parse = parser();
  assert.deepEqual(parse("event: request\nid: 7\ndata: {\"a\":"), []);
  assert.deepEqual(parse("1}\n\n: heartbeat\n\nda"), [{ event: "request", id: "7", data: { a: 1 } }]);
  assert.deepEqual(parse("ta: 2\r\n\r\n"), [{ event: "message", id: null, data: 2 }]);
});

test("a heartbeat moves the cursor", () => {
  assert.deepEqual(parser()(": heartbeat\nid: 8\n\n"), [{ event: "message", id: "8", data: undefined }]);
});

test("parameters are encoded, and objects are nested", () => {
  assert.equal(search({ page: { size: 2, after: undefined }, q: "a&b" }), "?page%5Bsize%5D=2&q=a%26b");
  assert.equal(search({}), "");
});

test("the server is the parent of the page", () => {
  assert.equal(serverUrl, "http://127.0.0.1:8080/sc");
});

test("a stream that is stopped when its session ends reports nothing more", async () => {
  const fetch = () => Promise.resolve(new Response('{"errors":[]}', { status: 401 }));
  Object.assign(globalThis, { fetch, addEventListener: () => undefined });
  authorize("expired");
  const states: string[] = [];
  const ended = new Promise<void>((resolve) => whenUnauthorized(() => (stop(), resolve())));
  const stop = readStream("/activity", { onFrames: () => undefined, onState: (state) => states.push(state) });
  await ended;
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(states, ["connecting"]);
});
