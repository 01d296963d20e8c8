import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { matches } from "../console/stores/requests";
import type { RecordedRequest } from "../shared/operations";

const request = { status: 404, operation: "GetUser", keyId: "app_1", path: "/v2/apps/1/users/ada" } as RecordedRequest;

test("a request matches a filter if all of its fields do", () => {
  assert.ok(matches(request, {}));
  assert.ok(matches(request, { status: "4xx", operation: "GetUser", keyId: "app_1", path: "/v2/apps/1/users" }));
  assert.ok(matches(request, { status: "404" }));
  for (const other of [{ status: "5xx" }, { status: "400" }, { operation: "GetApp" }, { keyId: "app_2" }, { path: "/v2/apps/2" }])
    assert.ok(!matches(request, { status: "4xx", ...other }));
});
