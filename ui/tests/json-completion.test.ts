import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestionsAt } from "../console/json-completion";
import type { Schema, Schemas } from "../shared/schema";

const SCHEMAS: Schemas = {
  Author: { type: "object", required: ["type"], properties: { userId: { type: "string" }, type: { enum: ["user", "business"] } } },
  Text: { type: "object", required: ["type", "text"], properties: { type: { const: "text" }, text: { type: "string" }, blockChatInput: { type: "boolean" } } },
  List: {
    type: "object",
    properties: { type: { enum: ["list"] }, items: { type: "array", items: { type: "object", properties: { title: { type: ["string", "null"] } } } } },
  },
};
const BODY: Schema = {
  type: "object",
  required: ["content"],
  properties: {
    author: { $ref: "#/components/schemas/Author" },
    content: {
      anyOf: [{ $ref: "#/components/schemas/Text" }, { $ref: "#/components/schemas/List" }],
      discriminator: { propertyName: "type", mapping: { text: "#/components/schemas/Text", list: "#/components/schemas/List" } },
    },
  },
};

/** The suggestions at the `|` of a text. */
function at(marked: string): string[] {
  return suggestionsAt(marked.replace("|", ""), marked.indexOf("|"), BODY, SCHEMAS).map((one) => one.label);
}

test("the names of an object, the required ones first, without those that it has", () => {
  assert.deepEqual(at("{|"), ["content", "author"]);
  assert.deepEqual(at('{"content": {}, |'), ["author"]);
  assert.deepEqual(at('{"author": {"|'), ["type", "userId"]);
  assert.deepEqual(at('{"author": {"u|"}}'), ["userId"]);
  assert.deepEqual(at('{"author": {"TY|": "user"}}'), ["type"]);
});

test("a union has the names of the variant that its type names, before or after the caret", () => {
  assert.deepEqual(at('{"content": {"type": "text", |}}'), ["text", "blockChatInput"]);
  assert.deepEqual(at('{"content": {"|", "type": "list"}}'), ["items"]);
  assert.deepEqual(at('{"content": {|}}'), ["type", "text", "blockChatInput", "items"]);
  assert.deepEqual(at('{"content": {"type": "list", "items": [{}, {"|'), ["title"]);
});

test("the values that are allowed", () => {
  assert.deepEqual(at('{"content": {"type": |'), ["text", "list"]);
  assert.deepEqual(at('{"content": {"type": "li|"}}'), ["list"]);
  assert.deepEqual(at('{"content": {"type": "text", "blockChatInput": t|'), ["true"]);
  assert.deepEqual(at('{"author": {"userId": "|"}}'), []);
});

test("nothing where nothing can be written", () => {
  for (const text of ["|", '{"author"|', '{"author": {}|', '{"author": {"type": "user"|}}', '{"author" |', "{}|"]) assert.deepEqual(at(text), [], text);
});

test("what is typed is replaced, and a name gets its colon once", () => {
  const text = '{"author": {"us';
  assert.deepEqual(suggestionsAt(text, text.length, BODY, SCHEMAS), [
    { label: "userId", detail: "string", text: '"userId": ', start: 12, end: 15, isRequired: false },
  ]);
  assert.equal(suggestionsAt('{"au": 1}', 4, BODY, SCHEMAS)[0]?.text, '"author"');
});
