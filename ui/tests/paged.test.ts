import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { ApiError } from "../shared/api";
import { inOrder, inTurn, newestFirst, type Page, Paged } from "../shared/paged";

interface Item {
  id: string;
  text?: string;
}

const item = (id: string, text?: string): Item => ({ id, text });
const ids = (list: Paged<Item>): string => list.items.value.map((one) => one.id).join("");

/** A list whose pages are given by cursor, `""` for the first. */
function paged(pages: Record<string, Page<Item>>): Paged<Item> {
  return new Paged((cursor) => Promise.resolve(pages[cursor ?? ""]!), (one) => one.id);
}

test("pages follow each other, and entries that moved are not shown twice", async () => {
  const list = paged({ "": { items: [item("c"), item("b")], next: "b" }, b: { items: [item("b", "new"), item("a")], next: null } });
  await list.load();
  assert.equal(list.hasMore.value, true);
  await list.loadMore();
  assert.equal(ids(list), "cba");
  assert.equal(list.items.value[1]?.text, "new");
  assert.equal(list.hasMore.value, false);
  await list.loadMore();
  assert.equal(ids(list), "cba");
});

test("live entries come first once, and replace those that are there", async () => {
  const list = paged({ "": { items: [item("b"), item("a")], next: null } });
  await list.load();
  list.prepend([item("c"), item("b", "new")]);
  assert.equal(ids(list), "cba");
  assert.equal(list.items.value[1]?.text, "new");
  list.update(item("a", "new"));
  list.update(item("z"));
  list.remove("c");
  assert.deepEqual(list.items.value, [item("b", "new"), item("a", "new")]);
});

test("an error is kept until the list was loaded", async () => {
  let fails = true;
  const list = new Paged<Item>(() => (fails ? Promise.reject(new TypeError("no")) : Promise.resolve({ items: [], next: null })), (one) => one.id);
  await list.load();
  assert.ok(list.error.value instanceof ApiError);
  assert.equal(list.loaded.value, false);
  fails = false;
  await list.load();
  assert.equal(list.error.value, null);
  assert.equal(list.loaded.value, true);
});

test("a page that arrives after a newer load is dropped", async () => {
  const answers: ((page: Page<Item>) => void)[] = [];
  const list = new Paged<Item>(() => new Promise((resolve) => answers.push(resolve)), (one) => one.id);
  const [first, second] = [list.load(), list.load()];
  answers[1]!({ items: [item("new")], next: null });
  await second;
  answers[0]!({ items: [item("old")], next: "old" });
  await first;
  assert.equal(ids(list), "new");
  assert.equal(list.hasMore.value, false);
});

test("what is added or removed while a page is loaded is kept", async () => {
  const answers: ((page: Page<Item>) => void)[] = [];
  const list = new Paged<Item>(() => new Promise((resolve) => answers.push(resolve)), (one) => one.id);
  const first = list.load();
  list.prepend([item("d"), item("c")]);
  list.prepend([item("e")]);
  list.remove("a");
  answers[0]!({ items: [item("c"), item("b"), item("a")], next: "a" });
  await first;
  assert.equal(ids(list), "edcb");
  const second = list.load();
  answers[1]!({ items: [item("a")], next: null });
  await second;
  assert.equal(ids(list), "a");
});

test("pages of responses in both directions", () => {
  const meta = { hasMore: true, beforeCursor: "a", afterCursor: "b" };
  assert.deepEqual(newestFirst([1, 2], meta), { items: [2, 1], next: "a" });
  assert.deepEqual(inOrder([1, 2], meta), { items: [1, 2], next: "b" });
  assert.equal(inOrder([1, 2], { ...meta, hasMore: false }).next, null);
});

test("lists in turn are one, without those that are empty", async () => {
  const page = (id: string, next: string | null = null): Page<Item> => ({ items: id ? [item(id)] : [], next });
  const list = (pages: Record<string, Page<Item>>) => (cursor: string | null) => Promise.resolve(pages[cursor ?? ""]!);
  const all = new Paged(inTurn([list({ "": page("") }), list({ "": page("c", "c"), c: page("b") }), list({ "": page("") }), list({ "": page("a") })]), (one) => one.id);
  await all.load();
  assert.equal(ids(all), "c");
  await all.loadMore();
  await all.loadMore();
  assert.equal(ids(all), "cba");
  assert.equal(all.hasMore.value, false);
  const none = new Paged(inTurn([list({ "": page("") }), list({ "": page("") })]), (one) => one.id);
  await none.load();
  assert.deepEqual([none.loaded.value, none.hasMore.value], [true, false]);
});
