import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, EventRecord, Message } from "../shared/operations";
import { changesOf } from "../console/changes";
import { Timeline } from "../console/timeline";

const CONVERSATION = { id: "c", type: "sdkGroup", displayName: "Crew", metadata: { a: 1, b: "x" } } as unknown as Conversation;

test("only what changed is sent", () => {
  assert.deepEqual(changesOf({ displayName: "Crew", description: "", metadata: { a: 1, b: "x" } }, CONVERSATION), {});
  assert.deepEqual(changesOf({ displayName: "", metadata: { b: "y", c: true } }, CONVERSATION), { displayName: null, metadata: { a: null, b: "y", c: true } });
  assert.deepEqual(changesOf({ metadata: null }, CONVERSATION), { metadata: null });
});

function message(id: string, received: string, author: object = { type: "business" }): Message {
  return { id, received, author, content: { type: "text", text: id } } as unknown as Message;
}

function note(id: string, type: string, createdAt: string): EventRecord {
  return { id, type, createdAt, payload: {} } as EventRecord;
}

function shown(timeline: Timeline): string[] {
  return timeline.entries().map((one) => (one.kind === "message" ? one.key + (one.continues ? "+" : "") : one.kind === "note" ? one.events.map(({ id }) => id).join("&") : one.kind === "day" ? one.text : "created"));
}

test("messages, days and notes are in the order of time", () => {
  const messages = [message("m1", "2026-11-25T12:00:00.000Z"), message("m2", "2026-11-25T12:01:00.000Z"), message("m3", "2026-11-26T12:00:00.000Z")];
  const notes = [note("j1", "conversation:join", "2026-11-25T11:59:00.000Z"), note("j2", "conversation:join", "2026-11-26T11:00:00.000Z"), note("j3", "conversation:join", "2026-11-26T11:01:00.000Z"), note("l1", "conversation:leave", "2026-11-26T13:00:00.000Z")];
  const now = new Date("2026-11-26T14:00:00.000Z");
  assert.deepEqual(shown(new Timeline(messages, notes, "2026-11-25T11:00:00.000Z", false, now)), ["Yesterday", "created", "j1", "m1", "m2+", "Today", "j2&j3", "m3", "l1"]);
  assert.deepEqual(shown(new Timeline(messages, notes, null, false, now))[1], "m1", "notes of messages that are not loaded are left out");
});

test("a message of someone else, or after a pause, shows its author", () => {
  const ada = { type: "user", userId: "ada" };
  const messages = [message("m1", "2026-11-26T12:00:00.000Z"), message("m2", "2026-11-26T12:00:01.000Z", ada), message("m3", "2026-11-26T12:30:00.000Z", ada)];
  assert.deepEqual(shown(new Timeline(messages, [], null)).slice(1), ["m1", "m2", "m3"]);
});
