import assert from "node:assert/strict";
import { test } from "node:test";
import { initialsOf } from "../console/parts/person";
import { bodyOf, changesOf, creatable, fieldsToChange, kindOf, valuesOf } from "../console/stores/integration-kinds";
import { metadataChanges, metadataText, parseMetadata } from "../console/stores/metadata";

test("metadata is a flat object", () => {
  assert.deepEqual(parseMetadata(""), { metadata: {} });
  assert.deepEqual(parseMetadata('{"plan": "gold", "vip": true}'), { metadata: { plan: "gold", vip: true } });
  assert.match(JSON.stringify(parseMetadata("{")), /not valid JSON/);
  assert.match(JSON.stringify(parseMetadata("[1]")), /has to be an object/);
  assert.match(JSON.stringify(parseMetadata('{"a": {}}')), /value of \\"a\\"/);
});

test("a change of metadata has what differs, and null for what was removed", () => {
  assert.deepEqual(metadataChanges({ plan: "gold", since: 1843 }, { plan: "silver", since: 1843 }), { plan: "silver" });
  assert.deepEqual(metadataChanges({ plan: "gold" }, {}), { plan: null });
  assert.equal(metadataText({}), "");
});

test("an integration is created with the fields that are filled in", () => {
  const { fields } = kindOf("web");
  const values = { ...valuesOf(fields), businessName: " Shop ", originWhitelist: "https://a.example\n https://b.example\n", fixedIntroPane: true };
  assert.deepEqual(bodyOf(fields, values), { businessName: "Shop", originWhitelist: ["https://a.example", "https://b.example"], fixedIntroPane: true });
  assert.deepEqual(bodyOf(kindOf("messenger").fields, { appId: "a", appSecret: "s", pageAccessToken: "t", pageId: "12" }),
    { appId: "a", appSecret: "s", pageAccessToken: "t", pageId: 12 });
});

test("a change of an integration has what differs, and what clears a field", () => {
  const web = { type: "web", businessName: "Shop", fixedIntroPane: true, brandColor: "2F4FC4", originWhitelist: ["https://a.example"] };
  const fields = fieldsToChange(web);
  const before = valuesOf(fields, web);
  const after = { ...before, businessName: "", fixedIntroPane: false, originWhitelist: "" };
  assert.deepEqual(changesOf(fields, before, after), { businessName: "", fixedIntroPane: false, originWhitelist: null });
  assert.deepEqual(fields.filter((one) => one.required).map((one) => one.name), ["brandColor"]);
  assert.ok(fieldsToChange({ type: "instagram" }).every((one) => !one.credential));
});

test("types of channels can be created in a sandbox only", () => {
  assert.deepEqual(creatable({ standIns: false }).map(([type]) => type), ["custom", "web", "ios", "android", "unity"]);
  assert.equal(creatable({ standIns: true }).length, 16);
});

test("initials are of any script, and tell numbered names apart", () => {
  assert.deepEqual(["Ada Lovelace", "bob", "🧑‍🚀 Nova", "يوسف الخطيب", "user-000149"].map(initialsOf), ["AL", "B", "🧑‍🚀N", "يا", "49"]);
});
