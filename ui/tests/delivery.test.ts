// Figures, texts and orders of webhooks, deliveries and inboxes.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Delivery, InboxCall } from "../shared/operations";
import { attemptOf, checksOf, rawOf, typesOf } from "../console/screens/inbox/calls";
import { subjectOf } from "../console/screens/events/subject";
import { deliveredShare, healthOf, shortTriggers } from "../console/stores/health";
import { parseScript, scriptText } from "../console/stores/scripts";
import { waitsFor } from "../console/stores/lanes";

const ALL = ["conversation:join", "conversation:leave", "user:merge", "user:update"];

function delivery(eventId: string, rest: Partial<Delivery> = {}): Delivery {
  return {
    id: `d${eventId}`, eventId, status: "pending", webhookId: "w", eventType: "conversation:join", attemptCount: 0,
    createdAt: "2026-11-26T14:00:00Z", conversationId: "c", ...rest,
  };
}

test("triggers of one noun are put together", () => {
  assert.deepEqual(shortTriggers(["*"], ALL), ["all events"]);
  assert.deepEqual(shortTriggers(["user:update", "conversation:leave", "conversation:join"], ALL), ["conversation:*", "user:update"]);
  assert.deepEqual(shortTriggers(["user:update", "passthrough:messaging"], ALL), ["user:update", "passthrough:messaging"]);
});

test("the health of a webhook", () => {
  const lasted = (milliseconds: number) => ({ lastAttempt: { number: 1, startedAt: "", milliseconds } });
  const many = Array.from({ length: 100 }, (_, index) => delivery(String(index), { status: "delivered", ...lasted(index + 1) }));
  const health = healthOf([...many, delivery("x", { status: "failed" }), delivery("y")]);
  assert.deepEqual(health, { count: 102, delivered: 100, failed: 1, pending: 1, p95: 95 });
  assert.equal(deliveredShare(health), "99.0%");
  assert.equal(deliveredShare({ ...health, delivered: 9999 }), "99.9%");
  assert.equal(deliveredShare({ ...health, failed: 0 }), "100%");
  assert.equal(deliveredShare({ ...health, delivered: 0 }), "0%");
  assert.equal(deliveredShare(healthOf([delivery("y")])), null);
  assert.equal(healthOf([]).p95, null);
});

test("a delivery waits for the first pending one of its conversation", () => {
  const all = [delivery("3"), delivery("2"), delivery("1", { status: "failed" }), delivery("0", { conversationId: "other" })];
  assert.equal(waitsFor(all[0]!, all)?.eventId, "2");
  assert.equal(waitsFor(all[1]!, all), null);
  assert.equal(waitsFor(delivery("9", { status: "delivered" }), all), null);
  assert.equal(waitsFor(delivery("9", { webhookId: "another" }), all), null);
});

test("scripts of inboxes", () => {
  assert.equal(scriptText(["503 x3", { status: 429 }, "200"]), '503 ×3, then {"status":429}, then 200');
  assert.deepEqual(parseScript("503 ×3\n\n 503x2 \n{\"status\": 429}\nhang 25s"), ["503 x3", "503 x2", { status: 429 }, "hang 25s"]);
  assert.throws(() => parseScript("200\n{status}"), /Line 2 is not valid JSON/);
});

const CALL: InboxCall = {
  id: "1", receivedAt: "", method: "POST", path: "/a", query: "b=1", headers: { "x-heliograph-attempt": "2" }, truncated: false,
  delayMs: 0, checks: { secret: "ok", payload: "valid", order: "ok", duplicates: 0 }, json: { events: [{ type: "user:update" }, null, 3] },
};

test("calls of inboxes", () => {
  assert.deepEqual([typesOf(CALL), attemptOf(CALL)], [["user:update"], "2"]);
  for (const json of [undefined, null, 3, [], { events: null }, "text"]) assert.deepEqual(typesOf({ ...CALL, json }), []);
  assert.equal(rawOf({ ...CALL, json: undefined, text: "hi" }), "POST /a?b=1 HTTP/1.1\nx-heliograph-attempt: 2\n\nhi");
  const texts = (checks: InboxCall["checks"]) => checksOf(checks).map((one) => `${one.text} ${one.passed}`);
  assert.deepEqual(texts(CALL.checks), ["Secret valid true", "Payload valid true", "In order true", "First delivery true"]);
  assert.deepEqual(texts({ secret: "wrong", payload: "invalid", order: "wrong", duplicates: 2 }),
    ["Secret wrong false", "Payload invalid false", "Out of order false", "Received 2 times before null"]);
  assert.deepEqual(texts({ secret: "unknown", payload: "invalid" }), ["No webhook to check the secret null", "Payload invalid false"]);
});

test("the subject of an event", () => {
  const names = { user: (id: string) => `user ${id}`, conversation: (id: string) => `conversation ${id}` };
  const of = (payload: Record<string, unknown>, rest = {}) => subjectOf({ payload, ...rest }, names);
  assert.deepEqual(of({ user: { externalId: "ada" } }, { conversationId: "1" }), ["ada", "conversation 1"]);
  assert.deepEqual(of({ user: { externalId: "ada", profile: { givenName: "Ada", surname: "L" } } }), ["Ada L"]);
  assert.deepEqual(of({ message: { author: { displayName: "Bot" } } }, { conversationId: "1" }), ["Bot", "conversation 1"]);
  assert.deepEqual(of({ user: 3, activity: null }, { userId: "2" }), ["user 2"]);
  assert.deepEqual(of({}), []);
});
