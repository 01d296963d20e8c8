import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedRequest } from "../shared/operations";
import { size, statusText } from "../shared/statuses";

// The properties of the page that the modules read when they are loaded.
Object.assign(globalThis, {
  document: { baseURI: "http://127.0.0.1/console/" }, location: { pathname: "/console/", search: "" }, localStorage: { getItem: () => null },
  sessionStorage: { getItem: () => null },
});
const { isId, matches, pathPrefix } = await import("../console/stores/requests");
const { grouped, RecentErrors } = await import("../console/stores/troubles");
const { draftOf, isDestructive, jsonProblem, obstacle, parseHeaders } = await import("../console/stores/replays");

function request(given: Partial<RecordedRequest> = {}): RecordedRequest {
  return { id: "1", requestId: "r", method: "POST", path: "/v2/apps/1/users", status: 201, durationMs: 1, receivedAt: "", ...given };
}

test("a filter selects what the server would", () => {
  assert.ok(matches(request(), {}));
  assert.ok(matches(request({ status: 404 }), { status: "4xx", path: "/v2/apps/1/" }));
  assert.ok(!matches(request({ status: 404 }), { status: "400" }));
  assert.ok(!matches(request(), { requestId: "x" }));
});

test("a path may be entered without its beginning", () => {
  assert.equal(pathPrefix("users/ada", "1"), "/v2/apps/1/users/ada");
  assert.equal(pathPrefix("/heliograph/v1/apps/1", "1"), "/heliograph/v1/apps/1");
  assert.equal(pathPrefix(" ", "1"), undefined);
  assert.ok(isId("6b0000000000000000000001") && !isId("users"));
});

test("the newest rejected requests are kept, and a number of them", () => {
  const errors = new RecentErrors();
  const receivedAt = new Date().toISOString();
  const batch = (from: number): RecordedRequest[] =>
    Array.from({ length: 600 }, (_, index) => request({ id: String(from + 599 - index), status: 404, receivedAt }));
  errors.add(batch(1000));
  assert.deepEqual([errors.groups.value[0]?.count, errors.more.value], [600, false]);
  errors.add(batch(1600));
  assert.deepEqual([errors.groups.value[0]?.count, errors.groups.value[0]?.newest.id, errors.more.value], [1000, "2199", true]);
});

test("rejected requests are grouped by operation and error", () => {
  const rejected = [
    request({ id: "1", operation: "JoinConversation", status: 400, errorCode: "bad_request", errorTitle: "A" }),
    request({ id: "3", operation: "JoinConversation", status: 400, errorCode: "bad_request", errorTitle: "A" }),
    request({ id: "2", operation: "JoinConversation", status: 400, errorCode: "bad_request", errorTitle: "B" }),
    request({ id: "4", status: 404 }),
  ];
  assert.deepEqual(grouped(rejected).map((one) => [one.count, one.title, one.newest.id]), [[2, "A", "3"], [1, null, "4"], [1, "B", "2"]]);
});

test("a draft has what the client sent, and not what its connection needed", () => {
  const headers = { host: "x", "content-type": "application/json", authorization: "Basic app_1", "x-test": "1", "content-length": "2" };
  const details = { ...request(), request: { headers, size: 2, body: { a: 1 } }, response: { headers: {}, size: 0 }, events: [] };
  assert.deepEqual(draftOf(details), {
    method: "POST", path: "/v2/apps/1/users", headers: "content-type: application/json\nx-test: 1", body: '{\n  "a": 1\n}',
  });
  assert.equal(obstacle(details), null);
  assert.match(obstacle({ ...details, request: { headers, size: 9 } }) ?? "", /not recorded/);
  assert.match(obstacle({ ...details, request: { headers, size: 9, body: { secret: "•••••" } } }) ?? "", /secret/);
});

test("headers and JSON are checked as they are typed", () => {
  assert.deepEqual(parseHeaders("X-A: 1\n\n x-b :2"), { headers: { "x-a": "1", "x-b": "2" }, problem: null });
  assert.match(parseHeaders("nonsense").problem ?? "", /nonsense/);
  assert.equal(jsonProblem('{"a":1}'), null);
  assert.equal(jsonProblem(""), null);
  assert.ok(jsonProblem("{"));
});

test("what deletes asks first", () => {
  assert.ok(isDestructive({ method: "DELETE" }) && isDestructive({ method: "POST", operation: "ResetApp" }));
  assert.ok(!isDestructive({ method: "POST", operation: "PostMessage" }));
});

test("statuses and sizes in words", () => {
  assert.deepEqual([statusText(201), statusText(418), size(1), size(1234), size(2.5e6)], ["201 Created", "418", "1 byte", "1.2 kB", "2.5 MB"]);
});
