import assert from "node:assert/strict";
import { test } from "node:test";
import { Tail } from "../shared/tail";

function observed(): { tail: Tail<number>; shown: number[][]; reloads: () => number; at: (time: number) => void } {
  const shown: number[][] = [];
  let reloads = 0;
  let now = 0;
  const tail = new Tail<number>({ show: (rows) => shown.push(rows), reload: () => (reloads += 1) }, () => now);
  return { tail, shown, reloads: () => reloads, at: (time) => (now = time) };
}

test("rows are shown at once unless someone reads", () => {
  const { tail, shown } = observed();
  tail.add([1]);
  tail.scroll(true);
  tail.add([2]);
  tail.add([3]);
  assert.deepEqual(shown, [[1]]);
  tail.scroll(false);
  assert.deepEqual(shown, [[1], [3, 2]]);
  tail.stop();
});

test("a paused list shows what waits when it continues", () => {
  const { tail, shown } = observed();
  tail.pause(true);
  tail.add([1]);
  assert.equal(tail.waiting.value, 1);
  tail.scroll(true);
  tail.scroll(false);
  assert.deepEqual(shown, []);
  tail.pause(false);
  assert.deepEqual(shown, [[1]]);
  assert.equal(tail.waiting.value, 0);
  tail.stop();
});

test("more than 50 rows in a second are a number", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { tail, shown, at } = observed();
  for (let row = 0; row < 60; row += 1) tail.add([row]);
  assert.equal(shown.length, 50);
  assert.equal(tail.busy.value, true);
  context.mock.timers.tick(250);
  assert.equal(tail.waiting.value, 10);
  at(1000);
  context.mock.timers.tick(750);
  assert.equal(tail.busy.value, false);
  assert.deepEqual(shown.at(-1), [59, 58, 57, 56, 55, 54, 53, 52, 51, 50]);
});

test("a list is loaded again if too many rows waited", () => {
  const { tail, shown, reloads } = observed();
  tail.pause(true);
  tail.add(Array.from({ length: 501 }, (_, index) => index));
  tail.release();
  assert.deepEqual([shown.length, reloads(), tail.waiting.value], [0, 1, 0]);
  tail.stop();
});
