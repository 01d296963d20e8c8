import assert from "node:assert/strict";
import { test } from "node:test";
import "./page";
import { changesOf } from "../console/stores/control";
import { countsOf, inOrder } from "../console/stores/switchboard";
import type { ConversationSummary, EventRecord, SwitchboardIntegration } from "../shared/operations";

const member = (id: string, next?: string) => ({ id, name: id, nextSwitchboardIntegrationId: next }) as SwitchboardIntegration;

let count = 0;

function event(type: string, active?: string, more: Record<string, unknown> = {}): EventRecord {
  const conversation = active ? { activeSwitchboardIntegration: { id: active, name: active } } : {};
  return { id: String((count += 1)), type, createdAt: "", payload: { conversation, ...more } } as unknown as EventRecord;
}

const texts = (oldestFirst: EventRecord[], isComplete = true): string[] => changesOf(oldestFirst.toReversed(), isComplete).map((one) => one.text).toReversed();

test("integrations are in the order of control, from the default one on", () => {
  const members = [member("crm"), member("desk", "bot"), member("bot", "desk")];
  assert.deepEqual(inOrder(members, "bot").map((one) => one.id), ["bot", "desk", "crm"]);
  assert.deepEqual(inOrder(members, undefined).map((one) => one.id), ["crm", "desk", "bot"]);
  assert.deepEqual(inOrder([member("a", "gone")], "gone").map((one) => one.id), ["a"]);
});

test("conversations are counted by who is active and pending", () => {
  const conversations = [{ activeSwitchboardIntegration: { id: "bot" } }, { activeSwitchboardIntegration: { id: "bot" }, pendingSwitchboardIntegration: { id: "desk" } }, {}];
  assert.deepEqual(countsOf("bot", conversations as ConversationSummary[]), { active: 2, pending: 0 });
  assert.deepEqual(countsOf("desk", conversations as ConversationSummary[]), { active: 0, pending: 1 });
});

test("each event of control is a change, and so is an assignment by another event", () => {
  const offered = event("switchboard:offerControl", "desk");
  (offered.payload.conversation as Record<string, unknown>).pendingSwitchboardIntegration = { id: "bot", name: "bot" };
  const events = [
    event("conversation:create", "bot"), event("conversation:message", "bot"), event("switchboard:passControl", "desk", { reason: "ticketClosed" }),
    event("switchboard:passControl:failure", "desk", { error: { code: "x", message: "No such target" } }), offered,
    event("switchboard:releaseControl"), event("user:update"), event("conversation:message", "bot"),
  ];
  assert.deepEqual(texts(events), [
    "bot took control, at conversation:create", "Passed to desk", "Passing failed: No such target", "Offered to bot", "Released",
    "bot took control, at conversation:message",
  ]);
  const [, , , failure, pass] = changesOf(events.toReversed(), true);
  assert.deepEqual([failure?.failed, failure?.active, pass?.reason], [true, "desk", "ticketClosed"]);
});

test("without the oldest events, the first state is no change", () => {
  const events = [event("conversation:message", "bot"), event("conversation:message", "bot"), event("conversation:message")];
  assert.deepEqual(texts(events, false), ["No integration in control, at conversation:message"]);
});
