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

function take(thread: Thread, events: EventRecord[]): void {
  (thread as unknown as { take(events: EventRecord[]): void }).take(events);
}

test("messages of a burst that are not kept can be loaded", () => {
  const thread = new Thread("c");
  // The stream reports the messages at once, while the list is still empty.
  take(thread, posted(222));
  assert.equal(thread.messages.value.length, 200);
  assert.equal(thread.messages.value.at(-1)?.id, "m221");
  assert.equal(thread.older.value, thread.messages.value[0]?.id);
});

test("a page from before a burst is not shown next to the end of the burst", async () => {
  const thread = new Thread("c"), all = posted(260);
  const page = { messages: all.slice(0, 10).map((one) => one.payload["message"]), meta: { hasMore: false } };
  globalThis.fetch = async (url) => {
    take(thread, all.slice(10));
    return Response.json(String(url).includes("/messages") ? page : { eventRecords: [], meta: { hasMore: false } });
  };
  await thread.load();
  assert.equal(thread.messages.value[0]?.id, "m060");
  assert.equal(thread.older.value, "m060");
});
