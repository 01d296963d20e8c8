// The conversations of the app, with the newest activity or the newest conversation first, or the results of a search.
import { signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type { Conversation, ConversationCreateBody, ConversationSummary, EventRecord } from "../../shared/operations";
import { inOrder, type Page, Paged } from "../../shared/paged";
import { throttled } from "../../shared/throttle";
import { appId } from "../routes";
import { follow } from "./activity";
import { searchConversations } from "./conversation-search";

export type ConversationOrder = "activity" | "newest";

const REFRESH_MS = 300;
/** If more conversations than this changed, the first page is loaded again instead of each of them. */
const MOST_REFRESHED = 5;
const QUIET = /^conversation:(?:typing|read|message:delivery)|^user:|^client:/;

export class ConversationList {
  readonly pages: Paged<ConversationSummary>;
  /** Ids of rows that have just changed. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  /** The ids of conversations that changed, and whether the change counts as activity. */
  private readonly changed = new Map<string, boolean>();
  private readonly refreshSoon = throttled(() => void this.refresh(), REFRESH_MS);

  private readonly page: (cursor: string | null) => Promise<Page<ConversationSummary>>;

  /** With a text, the list has the results of its search. */
  constructor(private readonly order: ConversationOrder, private readonly wanted = "") {
    this.page = wanted ? searchConversations(wanted) : (cursor) => pageOf(order, cursor);
    this.pages = new Paged(this.page, (one) => one.id);
  }

  /** Load the list and follow the stream until the returned function is called. */
  start(): () => void {
    void this.pages.load();
    return follow({
      onEvents: (events) => this.note(events),
      onRequests: (requests) => {
        for (const one of requests) if (/^(?:Update|Delete)/.test(one.operation ?? "")) this.mark(idIn(one.path), false);
      },
      onReset: () => void this.pages.load(),
    });
  }

  private note(events: EventRecord[]): void {
    for (const { type, conversationId } of events) {
      if (conversationId === undefined) continue;
      if (type === "conversation:remove") this.pages.remove(conversationId);
      else if (type !== "conversation:typing") this.mark(conversationId, !QUIET.test(type));
    }
  }

  private mark(id: string | undefined, isActivity: boolean): void {
    if (id === undefined) return;
    this.changed.set(id, isActivity || this.changed.get(id) === true);
    this.refreshSoon();
  }

  private async refresh(): Promise<void> {
    const changed = [...this.changed];
    this.changed.clear();
    if (changed.length > MOST_REFRESHED) {
      const page = await this.page(null).catch(() => null);
      if (page) this.place(page.items, true);
      return;
    }
    for (const [id, isActivity] of changed) {
      try {
        this.place([await summaryOfConversation(id)], isActivity);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) this.pages.remove(id);
      }
    }
  }

  private place(found: ConversationSummary[], isActivity: boolean): void {
    const { items } = this.pages;
    if (this.wanted || this.order === "newest" || !isActivity) {
      const newest = items.value[0]?.id ?? "";
      for (const one of found) this.pages.update(one);
      if (!this.wanted && this.order === "newest") this.pages.prepend(found.filter((one) => one.id > newest));
    } else {
      const ids = new Set(found.map((one) => one.id));
      items.value = items.value.filter((one) => !ids.has(one.id));
      this.pages.prepend(found);
    }
    this.fresh.value = new Set(found.map((one) => one.id));
  }
}

function idIn(path: string): string | undefined {
  return /\/conversations\/([0-9a-f]{24})/.exec(path)?.[1];
}

async function pageOf(order: ConversationOrder, cursor: string | null): Promise<Page<ConversationSummary>> {
  const query = { page: { after: cursor ?? undefined, size: 100 }, sort: order };
  const found = await call("ListAppConversations", { appId: appId.value }, { query });
  return inOrder(found.conversations, found.meta);
}

export async function summaryOfConversation(conversationId: string): Promise<ConversationSummary> {
  return (await call("GetAppConversation", { appId: appId.value, conversationId })).conversation;
}

/** Create a conversation with users, who are created if they do not exist. Rejects with an `ApiError`. */
export async function createConversation(
  body: Pick<ConversationCreateBody, "type" | "displayName">,
  externalIds: readonly string[],
): Promise<Conversation> {
  const participants = [];
  for (const externalId of externalIds) {
    await ensureUser(externalId);
    participants.push({ userExternalId: externalId, subscribeSDKClient: body.type === "sdkGroup" });
  }
  return (await call("CreateConversation", { appId: appId.value }, { body: { ...body, participants } })).conversation;
}

/** The id of the user with this id or external id, who is created if necessary. Rejects with an `ApiError`. */
export async function ensureUser(idOrExternalId: string): Promise<string> {
  const app = { appId: appId.value };
  const found = await call("GetUser", { ...app, userIdOrExternalId: idOrExternalId }).catch(() => null);
  if (found) return found.user.id;
  return (await call("CreateUser", app, { body: { externalId: idOrExternalId } })).user.id;
}
