import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { bodyOf, commandOf, effectText, subjectOf } from "../console/stores/chaos";
import { expiredText, joined, secondsOf } from "../console/stores/clock";
import { EMPTY_RULE, ruleOf } from "../console/stores/rule-form";
import { shiftOf } from "../console/stores/sandbox";
import { createdText, seedOf } from "../console/stores/seeds";

const STATE = { name: "busy", on: "request", probability: 1, matches: 3, hits: 1 };

test("rules in words", () => {
  assert.equal(subjectOf({ on: "request" }), "All requests");
  assert.equal(subjectOf({ on: "delivery", match: { trigger: "user:update", attempt: 1 } }), "Webhook calls: user:update, attempt 1");
  assert.equal(effectText({ on: "request", effect: { status: 429, retryAfter: 2, delayMs: [50, 500] } }), "status 429, retry after 2 s, delay 50–500 ms");
  assert.equal(effectText({ on: "stream", effect: { drop: 0 } }), "closed before the event");
  assert.equal(effectText({ on: "stream", effect: { drop: 1 } }), "closed after 1 event");
  assert.equal(effectText({ on: "delivery", effect: { drop: "after", wrongSecret: false } }), "response lost");
});

test("the command of a rule has its flags, and quotes what a shell would split", () => {
  const rule = { ...STATE, effect: { status: 503, title: "It's down" }, match: { operation: "PostMessage", keyId: "app_1" }, probability: 0.3, times: 5 };
  assert.equal(commandOf(rule), "heliograph chaos add busy --operation PostMessage --caller app_1 --status 503 --title 'It'\\''s down' --probability 0.3 --times 5");
  assert.equal(commandOf({ ...STATE, on: "delivery", effect: { wrongSecret: true, delayMs: [1, 2] } }), "heliograph chaos add busy --on delivery --wrong-secret --delay-ms 1..2");
});

test("the body that sets rules again has no counts", () => {
  const effect = { status: 503 };
  assert.deepEqual(bodyOf({ seed: 7, rules: [{ ...STATE, effect }] }), { seed: 7, rules: [{ name: "busy", on: "request", probability: 1, effect }] });
});

test("the form of a rule leaves out what is empty", () => {
  const form = { ...EMPTY_RULE, name: " busy " };
  assert.deepEqual(ruleOf(form), { name: "busy", on: "request", effect: { status: 503 } });
  const whole = { ...form, match: { operation: "PostMessage", keyId: " " }, retryAfter: "2", delay: "50..500", percent: "30", times: "5" };
  assert.deepEqual(ruleOf(whole), {
    name: "busy", on: "request", effect: { status: 503, retryAfter: 2, delayMs: [50, 500] },
    match: { operation: "PostMessage" }, probability: 0.3, times: 5,
  });
  assert.deepEqual(ruleOf({ ...form, on: "delivery", effect: "after", match: { attempt: "2" } }), {
    name: "busy", on: "delivery", effect: { drop: "after" }, match: { attempt: 2 },
  });
  assert.deepEqual(ruleOf({ ...form, effect: "delay", delay: "100" }).effect, { delayMs: 100 });
  assert.deepEqual(ruleOf({ ...form, on: "stream", effect: "reset" }).effect, { reset: true });
});

test("durations as the commands read them", () => {
  assert.equal(secondsOf("90"), 90);
  assert.equal(secondsOf(" 1.5m "), 90);
  assert.equal(secondsOf("2h"), 7200);
  assert.equal(secondsOf("1d"), 86_400);
  for (const text of ["", "m", "-1s", "1 h", "1w"]) assert.equal(secondsOf(text), null);
});

test("a move that took several requests is one", () => {
  const none = { events: 0, deliveries: 0, conversations: 0 };
  const attempt = { at: "t", deliveryId: "d", number: 2 };
  const first = { from: "1", to: "2", attempts: [attempt], expired: { ...none, events: 1 }, remaining: 60 };
  const second = { from: "2", to: "3", attempts: [], expired: { ...none, events: 1, deliveries: 1 }, remaining: 0 };
  const both = joined(first, second);
  assert.deepEqual(both, { from: "1", to: "3", attempts: [attempt], expired: { events: 2, deliveries: 1, conversations: 0 }, remaining: 0 });
  assert.equal(expiredText(both.expired), "2 events and 1 delivery");
  assert.equal(expiredText({ events: 1, deliveries: 2, conversations: 3 }), "1 event, 2 deliveries and 3 conversations");
  assert.equal(expiredText(none), "");
});

test("how a clock differs from that of the machine", () => {
  const now = new Date().toISOString();
  assert.equal(shiftOf({ now, offsetSeconds: 0.2, frozen: false }), null);
  assert.equal(shiftOf({ now, offsetSeconds: 4200, frozen: false }), "1 h 10 min ahead");
  assert.match(shiftOf({ now, offsetSeconds: -5, frozen: true }) ?? "", /^frozen at \d\d:\d\d:\d\d$/);
});

test("a seed of a file and one of the API are the same body", () => {
  const body = { name: "Shop", user: [{ externalId: "ada" }] };
  assert.deepEqual(seedOf(JSON.stringify(body)), body);
  assert.deepEqual(seedOf(JSON.stringify({ app: { name: "Shop" }, user: body.user })), body);
  assert.throws(() => seedOf('{"app": []}'), /one app/);
  assert.equal(createdText({ users: 2, conversations: 1, integrations: 0 }), "2 users, 1 conversation");
  assert.equal(createdText({ users: 0, conversations: 0, integrations: 0 }), "nothing: everything in the seed exists already");
});
