import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecord } from "../shared/operations";
import { Thread } from "../console/stores/thread";

function posted(count: number): EventRecord[] {
  return Array.from({ length: count }, (_, number) => {
    const id = `m${String(number).padStart(3, "0")}`;
    const message = { id, received: new Date(number).toISOString(), author: { type: "business" }, content: { type: "text", text: id } };
    return { id: `e${number}`, type: "conversation:message", conversationId: "c", payload: { message } } as unknown as EventRecord;
  });
}

test("messages of a burst that are not kept can be loaded", () => {
  const thread = new Thread("c");
  // The stream reports them at once, while the list shows nothing yet.
  (thread as unknown as { take(events: EventRecord[]): void }).take(posted(222));
  assert.equal(thread.messages.value.length, 200);
  assert.equal(thread.messages.value.at(-1)?.id, "m221");
  assert.equal(thread.older.value, thread.messages.value[0]?.id);
});
