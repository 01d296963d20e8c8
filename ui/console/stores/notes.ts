// The joins and leaves of a conversation, as far as events are kept.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { EventRecord } from "../../shared/operations";
import { NEWEST, newestFirst, Paged } from "../../shared/paged";
import { appId } from "../routes";

const TYPES = ["conversation:join", "conversation:leave"] as const;
const LIVE = /^(?:conversation:(?:join|leave)|switchboard:.+)$/;
const MOST_PAGES = 3;

export class Notes {
  /** Oldest first. */
  readonly events = signal<EventRecord[]>([]);
  /** Whether older events exist that are not loaded. */
  readonly isPartial = signal(false);
  private readonly lists: Paged<EventRecord>[];

  constructor(conversationId: string) {
    this.lists = TYPES.map((type) => new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, size: 100 }, filter: { conversationId, type } };
      const found = await call("ListEventRecords", { appId: appId.value }, { query });
      return newestFirst(found.events, found.meta);
    }, (one) => one.id));
  }

  /** Load the events since the message with this id, or from the beginning; in a large group only the newest. */
  async load(since: string | null): Promise<void> {
    await Promise.all(this.lists.map(async (list) => {
      if (!list.loaded.value) await list.load();
      // A page can be empty even though older ones are not.
      const reaches = (): boolean => list.items.value.length > 0 && (list.items.value.at(-1)?.id ?? "") <= (since ?? "");
      for (let page = 1; page < MOST_PAGES && list.hasMore.value && !reaches(); page += 1) await list.loadMore();
    }));
    this.isPartial.value = this.lists.some((one) => one.hasMore.value);
    this.add(this.lists.flatMap((one) => one.items.value));
  }

  /** Take an event of the stream. */
  take(event: EventRecord): void {
    if (LIVE.test(event.type)) this.add([event]);
  }

  private add(events: readonly EventRecord[]): void {
    const all = new Map([...this.events.value, ...events].map((one) => [one.id, one]));
    this.events.value = [...all.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }
}
