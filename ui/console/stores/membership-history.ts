// The membership history of a conversation: its members at a time, joins and leaves.
import { call } from "../../shared/api";
import type { Member, MembershipChange } from "../../shared/operations";
import { inOrder, NEWEST, newestFirst, type Page, Paged } from "../../shared/paged";
import { throttled } from "../../shared/throttle";
import { appId } from "../routes";
import { follow } from "./activity";

const PAGE = 100;
const REFRESH_MS = 1000;
const CHANGES = /^conversation:(?:join|leave)$/;

/** The members of a conversation at a time, in a fixed order. */
export function membersAt(conversationId: string, at: string): Paged<Member> {
  return new Paged(async (cursor) => {
    const query = { at, page: { size: PAGE, after: cursor ?? undefined } };
    const found = await call("ListMembers", { appId: appId.value, conversationId }, { query });
    return inOrder(found.participants, found.meta);
  }, (one) => one.id);
}

/** The joins and leaves of a conversation, newest first; with a user, only those of the user. */
export class MembershipChanges {
  readonly pages: Paged<MembershipChange>;
  private readonly refreshSoon = throttled(() => void this.refresh().catch(() => undefined), REFRESH_MS);

  constructor(private readonly conversationId: string, private readonly userId: string | null) {
    this.pages = new Paged((cursor) => this.page(cursor), (one) => `${one.type} ${one.id}`);
  }

  /** Load the newest changes and follow the stream until the returned function is called. */
  start(): () => void {
    void this.pages.load();
    return follow({
      onEvents: (events) => events.some((one) => one.conversationId === this.conversationId && CHANGES.test(one.type)) && this.refreshSoon(),
      onReset: () => void this.pages.load(),
    });
  }

  /** Add new changes. Loaded changes remain, unless more than a page is new. */
  private async refresh(): Promise<void> {
    const [newest] = this.pages.items.value;
    const { items } = await this.page(null);
    const isGap = newest && !items.some((one) => one.id === newest.id);
    if (isGap) await this.pages.load();
    else this.pages.prepend(items);
  }

  private async page(cursor: string | null): Promise<Page<MembershipChange>> {
    const query = { filter: { userId: this.userId ?? undefined }, page: { before: cursor ?? NEWEST, size: PAGE } };
    const found = await call("ListConversationHistory", { appId: appId.value, conversationId: this.conversationId }, { query });
    return newestFirst(found.changes, found.meta);
  }
}
