// Events with their causes, newest first.
import { call } from "../../shared/api";
import type { Delivery, EventRecord, TriggerResponse } from "../../shared/operations";
import { firstMatches, NEWEST, newestFirst, type Page } from "../../shared/paged";
import { appId } from "../routes";
import { LiveList } from "./live-list";

export type EventType = EventRecord["type"];

export const EVENT_TYPES: readonly EventType[] = [
  "client:add", "client:remove", "client:update", "conversation:create", "conversation:join", "conversation:leave",
  "conversation:message", "conversation:message:delivery:channel", "conversation:message:delivery:failure",
  "conversation:message:delivery:user", "conversation:postback", "conversation:read", "conversation:referral",
  "conversation:remove", "conversation:typing", "switchboard:acceptControl", "switchboard:acceptControl:failure",
  "switchboard:offerControl", "switchboard:offerControl:failure", "switchboard:passControl",
  "switchboard:passControl:failure", "switchboard:releaseControl", "user:merge", "user:remove", "user:update",
];

export interface EventFilter {
  type?: string;
  conversationId?: string;
  userId?: string;
  requestId?: string;
}

/** The events that match, kept up to date by the stream. */
export class EventList extends LiveList<EventRecord> {
  constructor(private readonly filter: EventFilter) {
    super();
  }

  /** Load the list and follow the stream until the returned function is called. */
  start(): () => void {
    return this.load({ onEvents: (events) => this.add(events.filter((one) => matches(one, this.filter))) });
  }

  protected override page(cursor: string | null): Promise<Page<EventRecord>> {
    return firstMatches(cursor ?? NEWEST, async (before) => {
      const query = { page: { before, size: 100 }, filter: { ...this.filter } };
      const found = await call("ListEventRecords", { appId: appId.value }, { query });
      return newestFirst(found.events, found.meta);
    });
  }
}

export function matches(one: EventRecord, { type, conversationId, userId, requestId }: EventFilter): boolean {
  return (!type || one.type === type) && (!conversationId || one.conversationId === conversationId) &&
    (!userId || one.userId === userId) && (!requestId || one.requestId === requestId);
}

/** One event, or null if it does not exist any more. */
export async function loadEvent(id: string): Promise<EventRecord | null> {
  // There is no operation for a single event: it is the first one of the page that ends after it.
  const after = (BigInt(`0x${id}`) - 1n).toString(16).padStart(24, "0");
  const query = { page: { after, size: 1 } };
  const [found] = (await call("ListEventRecords", { appId: appId.value }, { query })).events;
  return found?.id === id ? found : null;
}

/** The deliveries of an event. */
export async function loadDeliveriesOf(eventId: string): Promise<Delivery[]> {
  // A delivery is created after its event, so the search begins there.
  const query = { page: { after: eventId, size: 100 }, filter: { eventId } };
  return (await call("ListDeliveries", { appId: appId.value }, { query })).deliveries;
}

/** The payload of an example of this type. */
export async function loadExample(type: EventType): Promise<Record<string, unknown>> {
  return (await call("GetEventExample", { appId: appId.value }, { query: { type } })).payload;
}

/** Send an event with exactly this payload. */
export function trigger(type: EventType, to: string[], payload: Record<string, unknown>): Promise<TriggerResponse> {
  return call("TriggerEvent", { appId: appId.value }, { body: { type, to, payload, exact: true } });
}
