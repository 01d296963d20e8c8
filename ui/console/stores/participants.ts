// The participants of a conversation in the order of joining, first or last first, page by page.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { Participant } from "../../shared/operations";
import { inOrder, NEWEST, newestFirst, type Page, Paged } from "../../shared/paged";
import { throttled } from "../../shared/throttle";
import { appId } from "../routes";
import { follow } from "./activity";
import { ensureUser } from "./conversations";

export type JoinOrder = "first" | "last";

const PAGE = 100;
const REFRESH_MS = 1000;
/** This many pages are kept up to date. */
const LIVE_PAGES = 3;
const CHANGES = /^conversation:(?:join|leave|message|read)$/;

export class Participants {
  readonly pages: Paged<Participant>;
  /** Increases after each reload of the first pages. */
  readonly version = signal(0);
  private readonly path: { appId: string; conversationId: string };
  private readonly refreshSoon = throttled(() => void this.refresh().catch(() => undefined), REFRESH_MS);

  constructor(readonly conversationId: string, readonly order: JoinOrder = "first") {
    this.path = { appId: appId.value, conversationId };
    this.pages = new Paged((cursor) => this.pageAfter(cursor), (one) => one.id);
  }

  start(): () => void {
    void this.load();
    return follow({
      onEvents: (events) => {
        const own = events.filter((one) => one.conversationId === this.conversationId);
        for (const one of own) if (one.type === "conversation:leave") this.forget(one.userId);
        if (own.some((one) => CHANGES.test(one.type))) this.refreshSoon();
      },
      onReset: () => void this.load(),
    });
  }

  private async load(): Promise<void> {
    await this.pages.load();
    this.version.value += 1;
  }

  private forget(userId: string | undefined): void {
    const { items } = this.pages;
    items.value = items.value.filter((one) => one.userId !== userId);
  }

  /** Load the first pages again, and replace their rows. */
  private async refresh(): Promise<void> {
    const { items } = this.pages;
    let cursor: string | null = null;
    for (let page = 0; page < LIVE_PAGES && (page === 0 || cursor !== null); page += 1) {
      const found: Page<Participant> = await this.pageAfter(cursor);
      const all = new Map([...items.value, ...found.items].map((one) => [one.id, one]));
      const ascending = this.order === "first" ? 1 : -1;
      items.value = [...all.values()].sort((one, other) => (one.id < other.id ? -ascending : ascending));
      cursor = items.value.length >= (page + 1) * PAGE ? found.next : null;
    }
    this.version.value += 1;
  }

  private async pageAfter(cursor: string | null): Promise<Page<Participant>> {
    const isForward = this.order === "first";
    const page = isForward ? { after: cursor ?? undefined, size: PAGE } : { before: cursor ?? NEWEST, size: PAGE };
    const found = await call("ListParticipants", this.path, { query: { page } });
    return isForward ? inOrder(found.participants, found.meta) : newestFirst(found.participants, found.meta);
  }
}

/** Let a user join, who is created if no user has this id or external id. Rejects with an `ApiError`. */
export async function join(conversationId: string, idOrExternalId: string, subscribeSDKClient: boolean): Promise<void> {
  const userId = await ensureUser(idOrExternalId);
  await call("JoinConversation", { appId: appId.value, conversationId }, { body: { userId, subscribeSDKClient } });
}

/** Rejects with an `ApiError`. */
export async function leave(conversationId: string, participantId: string): Promise<void> {
  await call("LeaveConversation", { appId: appId.value, conversationId }, { body: { participantId } });
}

/** The time at which the participant joined: an id begins with the time of its creation. */
export function joinedAt({ id }: Participant): string {
  return new Date(parseInt(id.slice(0, 8), 16) * 1000).toISOString();
}
