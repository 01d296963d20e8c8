// The events that each request caused, and their deliveries.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { Delivery, EventRecord } from "../../shared/operations";
import { NEWEST } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";
import { loadChanged, resend } from "./deliveries";
import { knowTargets } from "./targets";

/** The events of requests, oldest first, by the `X-Request-Id`. */
export const eventsOfRequests = signal<ReadonlyMap<string, EventRecord[]>>(new Map());
/** The deliveries by the id of their event. */
export const deliveriesOfEvents = signal<ReadonlyMap<string, Delivery[]>>(new Map());

const KEPT = 2000;
const PAGE = 100;
const POLL_MS = 1000;

/** Load the newest events and deliveries, and keep them up to date until the returned function is called. */
export function followChains(): () => void {
  eventsOfRequests.value = new Map();
  deliveriesOfEvents.value = new Map();
  let stale = true;
  const load = async (): Promise<void> => {
    const query = { page: { before: NEWEST, size: PAGE } };
    addEvents((await call("ListEventRecords", { appId: appId.value }, { query })).events);
    // The deliveries of these events may be newer than the ones that were loaded at the same time.
    stale = true;
  };
  const poll = async (): Promise<void> => {
    const pending = pendingIds();
    if (document.hidden || !(stale || pending.length)) return;
    stale = false;
    addDeliveries(await loadChanged(pending));
  };
  const unfollow = follow({
    onEvents(events) {
      stale = true;
      addEvents(events);
    },
    onReset: () => void load().catch(() => undefined),
  });
  void load().catch(() => undefined);
  void poll().catch(() => undefined);
  const timer = setInterval(() => void poll().catch(() => undefined), POLL_MS);
  return () => {
    unfollow();
    clearInterval(timer);
  };
}

/** Load the deliveries of events that one request caused, however old they are. */
export async function loadDeliveriesOf(events: readonly EventRecord[]): Promise<void> {
  const first = events.map((one) => one.id).sort()[0];
  if (first === undefined) return;
  // A delivery is stored with its event, and its id is made directly after that of the event.
  const query = { page: { after: first, size: PAGE } };
  const { deliveries } = await call("ListDeliveries", { appId: appId.value }, { query });
  const ids = new Set(events.map((one) => one.id));
  addDeliveries(deliveries.filter((one) => ids.has(one.eventId)));
}

/** Send an event to its webhook now, also one that was delivered. Rejects with an `ApiError`. */
export async function sendNow(delivery: Delivery): Promise<void> {
  addDeliveries([await resend(delivery.id)]);
}

function pendingIds(): string[] {
  return [...deliveriesOfEvents.value.values()].flat().filter((one) => one.status === "pending").map((one) => one.id);
}

function addEvents(events: EventRecord[]): void {
  const next = new Map(eventsOfRequests.value);
  for (const one of events.toSorted((left, right) => (left.id < right.id ? -1 : 1))) {
    if (one.requestId === undefined) continue;
    const known = next.get(one.requestId) ?? [];
    if (!known.some((other) => other.id === one.id)) next.set(one.requestId, [...known, one]);
  }
  eventsOfRequests.value = newest(next);
}

function addDeliveries(deliveries: Delivery[]): void {
  const next = new Map(deliveriesOfEvents.value);
  for (const one of deliveries) {
    const others = (next.get(one.eventId) ?? []).filter((other) => other.id !== one.id);
    next.set(one.eventId, [...others, one]);
  }
  deliveriesOfEvents.value = newest(next);
  void knowTargets(deliveries.map((one) => one.webhookId)).catch(() => undefined);
}

function newest<T>(map: Map<string, T>): Map<string, T> {
  return map.size > KEPT ? new Map([...map].slice(-KEPT)) : map;
}
