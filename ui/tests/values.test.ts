import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { shortPath } from "../console/parts/chain";
import { shortened } from "../console/parts/values";
import { duration, span } from "../shared/time";

const APP = "6b0899df4a80001834b45f9e";

test("paths are shown below the app, with ids in short", () => {
  assert.equal(shortPath(`/v2/apps/${APP}/conversations/${APP}/join?x=1`), "conversations/…/join");
  assert.equal(shortPath(`/heliograph/v1/apps/${APP}/activity`), "activity");
  assert.equal(shortPath(`/v2/apps/${APP}`), "(app)");
  assert.equal(shortPath("/v2/apps"), "v2/apps");
});

test("ids are shortened after what tells them apart, and keep their prefix", () => {
  assert.equal(shortened(APP), "6b0899df4a80…9e");
  assert.equal(shortened(`app_${APP}`), "app_6b0899df4a80…9e");
  assert.equal(shortened("ada@example"), "ada@example");
});

test("durations have one unit, the next one from where they would be rounded up to it", () => {
  const cases: [milliseconds: number, text: string][] = [
    [0, "1 ms"], [0.4, "1 ms"], [41.6, "42 ms"], [999.4, "999 ms"], [999.6, "1.0 s"], [1234, "1.2 s"], [9960, "10 s"],
    [59_400, "59 s"], [59_600, "1 min"], [3_569_000, "59 min"], [3_599_000, "1 h"], [86_400_000, "24 h"],
    [3 * 86_400_000, "3 days"],
  ];
  for (const [milliseconds, text] of cases) assert.equal(duration(milliseconds), text);
});

test("spans have the two largest units", () => {
  assert.equal(span(0), "0 s");
  assert.equal(span(4200), "1 h 10 min");
  assert.equal(span(3600), "1 h");
  assert.equal(span(3605), "1 h");
  assert.equal(span(86_400 * 3 + 7205), "3 d 2 h");
  assert.equal(span(61.6), "1 min 2 s");
});
