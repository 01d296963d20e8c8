// The history of control of a conversation.
import { computed } from "@preact/signals";
import { call } from "../../shared/api";
import type { EventRecord } from "../../shared/operations";
import { NEWEST, newestFirst, Paged } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";

interface Member {
  id: string;
  name: string;
}

interface Payload {
  conversation?: { activeSwitchboardIntegration?: Member; pendingSwitchboardIntegration?: Member };
  error?: { code: string; message: string };
  metadata?: Record<string, unknown>;
  reason?: string;
}

/** A change of control, or a failed attempt, with the integration that controls the conversation afterwards. */
export interface ControlChange {
  event: EventRecord;
  text: string;
  failed: boolean;
  active: string | null;
  pending: string | null;
  reason?: string;
  metadata?: Record<string, unknown>;
}

const PREFIX = "switchboard:";
const ENOUGH = 10;
const MOST_PAGES = 5;

/** The changes of control of a conversation, newest first: events of the switchboard, and others that assigned it. */
export function changesOf(newestFirst: readonly EventRecord[], isComplete: boolean): ControlChange[] {
  const changes: ControlChange[] = [];
  // Without the older events, it is unknown which integration was active before the first one.
  let before: string | null | undefined = isComplete ? null : undefined;
  for (const event of newestFirst.toReversed()) {
    const payload = event.payload as Payload;
    if (payload.conversation === undefined) continue;
    const active = payload.conversation.activeSwitchboardIntegration?.name ?? null;
    const pending = payload.conversation.pendingSwitchboardIntegration?.name ?? null;
    const { reason, metadata } = payload;
    const isControl = event.type.startsWith(PREFIX);
    const text = isControl ? textOf(event.type, payload, active, pending) : before !== undefined && active !== before && assigned(active, event.type);
    if (text) changes.push({ event, text, failed: event.type.endsWith(":failure"), active, pending, reason, metadata });
    before = active;
  }
  return changes.toReversed();
}

function assigned(active: string | null, type: string): string {
  return active === null ? `No integration in control, at ${type}` : `${active} took control, at ${type}`;
}

function textOf(type: string, { error }: Payload, active: string | null, pending: string | null): string {
  const [verb = "", failure] = type.slice(PREFIX.length).split(":");
  if (failure) return `${VERBS[verb] ?? verb} failed: ${error?.message ?? "unknown reason"}`;
  if (verb === "passControl") return active ? `Passed to ${active}` : "Passed";
  if (verb === "offerControl") return pending ? `Offered to ${pending}` : "Offered";
  if (verb === "acceptControl") return active ? `Accepted by ${active}` : "Accepted";
  return "Released";
}

const VERBS: Record<string, string> = { passControl: "Passing", offerControl: "Offering", acceptControl: "Accepting" };

/** The events of a conversation that are kept, and the changes of control among them, kept up to date. */
export class ControlHistory {
  readonly pages: Paged<EventRecord>;
  readonly changes = computed(() => changesOf(this.pages.items.value, this.pages.loaded.value && !this.pages.hasMore.value));
  private readonly app = { appId: appId.value };

  constructor(private readonly conversationId: string) {
    this.pages = new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, size: 100 }, filter: { conversationId } };
      const found = await call("ListEventRecords", this.app, { query });
      return newestFirst(found.events, found.meta);
    }, (one) => one.id);
  }

  /** Load the newest changes, and follow the stream until the returned function is called. */
  start(): () => void {
    void this.pages.load().then(() => this.loadMore());
    return follow({
      onEvents: (events) => this.pages.prepend(events.filter((one) => one.conversationId === this.conversationId)),
      onReset: () => void this.pages.load(),
    });
  }

  /** Load older events until there are some more changes among them. A page may have none. */
  async loadMore(): Promise<void> {
    const wanted = this.changes.value.length + ENOUGH;
    for (let page = 0; page < MOST_PAGES && this.pages.hasMore.value && this.changes.value.length < wanted; page += 1)
      await this.pages.loadMore();
  }
}
