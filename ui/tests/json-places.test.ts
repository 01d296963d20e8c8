import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAt, placeOfTitle, placesOf } from "../console/json-places";

const TEXT = `{
  "author": {"type": "business"},
  "content": {"type": "carousel", "items": [{"title": "a"}, {"title": 5}]}
}`;

function at(title: string): string | null {
  const place = placeOfTitle(title, placesOf(TEXT));
  return place && TEXT.slice(place.start, place.end);
}

test("a title leads to the value that it names", () => {
  assert.equal(at("content.items[1].title should be string"), "5");
  assert.equal(at("author.type should be equal to one of the allowed values: business, user"), '"business"');
  assert.equal(at(".content.items[0].actions: should not have fewer than 1 items"), '{"title": "a"}');
});

test("what is missing leads to the object that should have it", () => {
  assert.equal(at("content.items[0] should have required property 'actions'"), '{"title": "a"}');
  assert.equal(at("should have required property 'author'"), TEXT);
});

test("the place where a text is no longer JSON", () => {
  for (const [text, place] of [['{"a": }', 6], ['{"a": 1,}', 8], ["[1 2]", 3], ['{"a": 01}', 6], ['"\n"', 0], ["", 0], ["1 x", 2]] as const)
    assert.equal(placesOf(text).brokenAt, place, text);
  assert.equal(placesOf(TEXT).brokenAt, null);
});

test("lines are counted from 1", () => assert.equal(lineAt(TEXT, TEXT.indexOf("content")), 3));
