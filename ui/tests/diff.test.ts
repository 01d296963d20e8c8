import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines, diffParts } from "../shared/diff";

function shown(before: string, after: string): string {
  const marks = { same: " ", added: "+", removed: "-" };
  return diffLines(before.split(""), after.split("")).map((one) => marks[one.kind] + one.text).join("");
}

test("lines that are the same remain", () => {
  assert.equal(shown("abc", "abc"), " a b c");
  assert.equal(shown("abc", "axc"), " a-b+x c");
  assert.equal(shown("abcd", "acbd"), " a-b c+b d");
  assert.equal(shown("", "ab"), "+a+b");
  assert.equal(shown("xab", "ab"), "-x a b");
});

test("the result has both texts in it", () => {
  for (let round = 0; round < 200; round += 1) {
    const text = (): string[] => Array.from({ length: Math.floor(Math.random() * 12) }, () => "abc"[Math.floor(Math.random() * 3)]!);
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    assert.deepEqual(lines.filter((one) => one.kind !== "added").map((one) => one.text), before);
    assert.deepEqual(lines.filter((one) => one.kind !== "removed").map((one) => one.text), after);
  }
});

test("very long texts are replaced as a whole", () => {
  const before = Array.from({ length: 3000 }, (_, index) => `a${index}`);
  const after = Array.from({ length: 3000 }, (_, index) => `b${index}`);
  assert.equal(diffLines(before, after).length, 6000);
});

test("lines far from a difference can be hidden", () => {
  const lines = diffLines([..."abcdefghij"], [..."abcdefghiX"]);
  assert.deepEqual(diffParts(lines, 2).map(({ hidden, lines: some }) => [hidden, some.length]), [[true, 7], [false, 4]]);
});
