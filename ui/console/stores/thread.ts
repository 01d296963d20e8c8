// The messages of a conversation, oldest first, with the joins and leaves between them, and the users who type.
import { computed, signal } from "@preact/signals";
import { type ApiError, call } from "../../shared/api";
import type { EventRecord, Message } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { throttled } from "../../shared/throttle";
import { appId } from "../routes";
import { follow, type RequestSummary } from "./activity";
import { Notes } from "./notes";

/** Maximum number of messages in the document. */
const KEPT = 1000;
/** The number of messages that remain while new ones arrive, unless the user loaded older ones. */
const KEPT_LIVE = 200;
/** More messages than this at once are a burst, which is shown at most this often. */
const BURST = 10;
const BURST_MS = 400;
const TYPING_MS = 10_000;

export interface Author {
  type: "business" | "user";
  userId?: string;
  displayName?: string;
}

export class Thread {
  readonly messages = signal<Message[]>([]);
  readonly loading = signal(false);
  readonly loaded = signal(false);
  readonly error = signal<ApiError | null>(null);
  readonly older = signal<string | null>(null);
  /** Whether the newest message is among those that are kept. */
  readonly atEnd = signal(true);
  /** The authors who are typing now, by user id; the business has the key "". */
  readonly typing = signal<ReadonlyMap<string, Author>>(new Map());
  /** When each participant last read, by user id; the business has the key "". */
  readonly readers = signal<ReadonlyMap<string, string>>(new Map());
  readonly notes: Notes;
  readonly newest = computed(() => this.messages.value.at(-1) ?? null);
  private readonly path: { appId: string; conversationId: string };
  private kept = KEPT_LIVE;
  /** The newest message that was dropped since the newest page was requested. */
  private dropped: Message | null = null;
  private waiting: Message[] = [];
  private readonly showWaiting = throttled(() => {
    this.add(this.waiting);
    this.waiting = [];
  }, BURST_MS);
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(conversationId: string) {
    this.path = { appId: appId.value, conversationId };
    this.notes = new Notes(conversationId);
  }

  /** Load the newest page and follow the stream until the returned function is called. */
  start(): () => void {
    void this.load();
    const unfollow = follow({
      onEvents: (events) => this.take(events.toReversed()),
      onRequests: (requests) => requests.forEach((one) => this.notice(one)),
      onReset: () => void this.load(),
    });
    return () => {
      unfollow();
      for (const timer of this.timers.values()) clearTimeout(timer);
    };
  }

  /** Load the newest page. */
  async load(): Promise<void> {
    const known = new Set(this.messages.value.map((one) => one.id));
    this.dropped = null;
    let hasGap = false;
    await this.fetch(undefined, (found) => {
      // The page may lack messages that the stream reported meanwhile. If it is empty, earlier ones were deleted.
      const last = found.at(-1);
      const newer = this.messages.value.filter((one) => (last ? isAfter(one, last) : !known.has(one.id)));
      hasGap = this.dropped !== null && (!last || isAfter(this.dropped, last));
      if (hasGap) return newer;
      return this.atEnd.value ? merged(found, newer) : found;
    });
    // After a burst, messages between the page and the newest ones are loaded on scrolling up.
    if (hasGap) this.older.value = this.messages.value[0]?.id ?? null;
    this.atEnd.value = true;
    this.kept = KEPT_LIVE;
    await this.notes.load(this.firstId());
  }

  async loadOlder(): Promise<void> {
    if (this.loading.value || this.older.value === null) return;
    this.kept = KEPT;
    await this.fetch(this.older.value, (found) => {
      const all = merged(found, this.messages.value);
      if (all.length > KEPT) this.atEnd.value = false;
      return all.slice(0, KEPT);
    });
    await this.notes.load(this.firstId());
  }

  /** Rejects with an `ApiError`. */
  async delete(messageId: string): Promise<void> {
    await call("DeleteMessage", { ...this.path, messageId });
    this.forget(messageId);
  }

  /** Show messages that were just posted; the stream reports them, too. */
  add(messages: readonly Message[]): void {
    if (!this.atEnd.value) return;
    const found = merged(this.messages.value, messages);
    const all = found.slice(-this.kept);
    if (all.length < found.length) {
      this.older.value = all[0]!.id;
      this.dropped = found.at(-this.kept - 1)!;
    }
    this.messages.value = all.map((one) => (messages.some((other) => answers(other, one)) ? submitted(one) : one));
    for (const one of messages) this.readBy(one.author, one.received);
  }

  /** Record the time up to which a user or the business has read, if it is later than before. */
  readBy({ type, userId }: Pick<Author, "type" | "userId">, time: string | undefined): void {
    const key = type === "user" ? (userId ?? "") : "";
    if (time === undefined || time <= (this.readers.value.get(key) ?? "")) return;
    this.readers.value = new Map(this.readers.value).set(key, time);
  }

  private firstId(): string | null {
    return this.older.value === null ? null : (this.messages.value[0]?.id ?? null);
  }

  private async fetch(before: string | undefined, place: (found: Message[]) => Message[]): Promise<void> {
    this.loading.value = true;
    try {
      const found = await call("ListMessages", this.path, { query: { page: { before } } });
      this.messages.value = place(found.messages);
      this.older.value = (found.meta.hasMore && found.meta.beforeCursor) || null;
      this.error.value = null;
      this.loaded.value = true;
    } catch (error) {
      this.error.value = asApiError(error);
    } finally {
      this.loading.value = false;
    }
  }

  private take(events: EventRecord[]): void {
    const posted: Message[] = [];
    for (const one of events) {
      if (one.conversationId !== this.path.conversationId || one.synthetic) continue;
      if (one.type === "conversation:message") posted.push(one.payload["message"] as Message);
      else if (one.type === "conversation:typing" || one.type === "conversation:read") this.takeActivity(one);
      else this.notes.take(one);
    }
    if (!posted.length) return;
    if (posted.length > BURST || this.waiting.length) {
      // One message more than the limit shows that there are older ones.
      this.waiting = [...this.waiting, ...posted].slice(-this.kept - 1);
      this.showWaiting();
    } else this.add(posted);
    for (const { author } of posted) this.setTyping(author, false);
  }

  private takeActivity(event: EventRecord): void {
    const { type, author } = event.payload["activity"] as { type: string; author: Author };
    if (type === "conversation:read") this.readBy(author, author.type === "business" ? event.createdAt : this.newest.value?.received);
    else this.setTyping(author, type === "typing:start");
  }

  private setTyping(author: Author, types: boolean): void {
    const key = author.userId ?? "";
    clearTimeout(this.timers.get(key));
    if (!types && !this.typing.value.has(key)) return;
    const next = new Map(this.typing.value);
    if (types) {
      next.set(key, author);
      this.timers.set(key, setTimeout(() => this.setTyping(author, false), TYPING_MS));
    } else next.delete(key);
    this.typing.value = next;
  }

  /** Deletions cause no events, so they are only noticed if the server records requests. */
  private notice({ operation, path, status }: RequestSummary): void {
    if (status >= 300 || !path.includes(`/conversations/${this.path.conversationId}/messages`)) return;
    if (operation === "DeleteMessage") this.forget(path.split("/").at(-1) ?? "");
    else if (operation === "DeleteAllMessages") void this.load();
  }

  private forget(messageId: string): void {
    this.messages.value = this.messages.value.filter((one) => one.id !== messageId);
  }
}

function isAfter(left: Message, right: Message): boolean {
  return left.received > right.received || (left.received === right.received && left.id > right.id);
}

/** The messages of both lists, each once, in the order in which they were received. */
function merged(left: readonly Message[], right: readonly Message[]): Message[] {
  const all = new Map([...left, ...right].map((one) => [one.id, one]));
  return [...all.values()].sort((one, other) => (isAfter(one, other) ? 1 : -1));
}

function answers({ content, quotedMessage }: Message, form: Message): boolean {
  return content.type === "formResponse" && quotedMessage?.type === "message" && quotedMessage.message.id === form.id;
}

function submitted(message: Message): Message {
  return message.content.type === "form" ? { ...message, content: { ...message.content, submitted: true } } : message;
}
