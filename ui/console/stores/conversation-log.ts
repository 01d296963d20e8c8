// The activity of a conversation: requests about it, the events that they caused, and their deliveries.
import { computed, signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { Delivery, EventRecord, RecordedRequest } from "../../shared/operations";
import { NEWEST, newestFirst, Paged } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";
import { loadChanged } from "./deliveries";
import { knowTargets } from "./targets";

export interface LogEntry {
  id: string;
  at: string;
  request: RecordedRequest | null;
  /** Oldest first. */
  events: EventRecord[];
}

const POLL_MS = 1000;
/** More entries than this are not kept. */
const KEPT = 2000;
const PAGE = { size: 100 };
const MOST_EMPTY_PAGES = 10;

export class ConversationLog {
  readonly events: Paged<EventRecord>;
  /** The requests below each path of the conversation. */
  private readonly requests: Paged<RecordedRequest>[];
  private readonly paths: string[];
  /** By the id of the event. */
  readonly deliveries = signal<ReadonlyMap<string, Delivery[]>>(new Map());
  /** Newest first. */
  readonly entries = computed(() => entriesOf(this.events.items.value, this.requests.flatMap((one) => one.items.value)));
  readonly hasMore = computed(() => this.events.hasMore.value || this.requests.some((one) => one.hasMore.value));
  private readonly app = { appId: appId.value };
  private stale = true;

  constructor(private readonly conversationId: string) {
    this.paths = ["/v2", "/heliograph/v1"].map((base) => `${base}/apps/${this.app.appId}/conversations/${conversationId}`);
    this.events = new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, ...PAGE }, filter: { conversationId } };
      const found = await call("ListEventRecords", this.app, { query });
      return newestFirst(found.events, found.meta);
    }, (one) => one.id, KEPT);
    this.requests = this.paths.map((path) => new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, ...PAGE }, filter: { path } };
      const found = await call("ListRecordedRequests", this.app, { query });
      return newestFirst(found.requests, found.meta);
    }, (one) => one.id, KEPT));
  }

  /** Load it, and keep it up to date until the returned function is called. */
  start(): () => void {
    void this.load();
    const poll = (): void => void this.poll().catch(() => undefined);
    poll();
    const timer = setInterval(poll, POLL_MS);
    const unfollow = follow({
      onEvents: (events) => {
        this.events.prepend(events.filter((one) => one.conversationId === this.conversationId));
        this.stale = true;
      },
      onRequests: (requests) => this.paths.forEach((path, index) => {
        this.requests[index]?.prepend(requests.filter((one) => one.path.startsWith(path)));
      }),
      onReset: () => void this.load(),
    });
    return () => {
      clearInterval(timer);
      unfollow();
    };
  }

  /** Load the newest pages. A page can be empty even though older ones are not. */
  async load(): Promise<void> {
    await Promise.all([this.events, ...this.requests].map((one) => one.load()));
    // The deliveries of these events may be newer than the ones that were loaded at the same time.
    this.stale = true;
    for (let page = 1; page < MOST_EMPTY_PAGES && !this.entries.value.length && this.hasMore.value; page += 1) await this.loadMore();
  }

  async loadMore(): Promise<void> {
    await Promise.all([this.events, ...this.requests].map((one) => one.loadMore()));
  }

  private async poll(): Promise<void> {
    const known = [...this.deliveries.value.values()].flat();
    const pending = known.filter((one) => one.status === "pending").map((one) => one.id);
    if (document.hidden || !(this.stale || pending.length)) return;
    this.stale = false;
    const deliveries = await loadChanged(pending, { conversationId: this.conversationId });
    void knowTargets(deliveries.map((one) => one.webhookId)).catch(() => undefined);
    const all = new Map([...known, ...deliveries].map((one) => [one.id, one]));
    this.deliveries.value = Map.groupBy([...all.values()].slice(-KEPT), (one) => one.eventId);
  }
}

/** Events with the requests that caused them, and requests that failed. Reading alone is left out. */
export function entriesOf(events: readonly EventRecord[], requests: readonly RecordedRequest[]): LogEntry[] {
  const entries = new Map<string, LogEntry>();
  for (const one of requests)
    if (one.method !== "GET" || one.status >= 400)
      entries.set(one.requestId, { id: one.id, at: one.receivedAt, request: one, events: [] });
  for (const one of events.toReversed()) {
    const key = one.requestId ?? one.id;
    const known = entries.get(key);
    if (known) known.events.push(one);
    else entries.set(key, { id: one.id, at: one.createdAt, request: null, events: [one] });
  }
  return [...entries.values()].sort((one, other) => (one.at < other.at ? 1 : -1));
}
