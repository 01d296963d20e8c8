// The inboxes of a sandbox, and the calls that they received, newest first.
import { signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type { Inbox, InboxCall } from "../../shared/operations";
import { asApiError, NEWEST, newestFirst, Paged } from "../../shared/paged";
import { Tail } from "../../shared/tail";
import { appId } from "../routes";
import type { Step } from "./scripts";

const WAIT_SECONDS = 25;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface CallFilter {
  eventType?: string;
  status?: string;
}

/** The calls of an inbox, which appear as they arrive. */
export class InboxCalls {
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly pages: Paged<InboxCall>;
  readonly tail: Tail<InboxCall>;
  /** The newest call that was received, shown or not. */
  private newest = "";

  constructor(readonly name: string, private readonly filter: CallFilter = {}) {
    this.pages = new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, size: 100 }, filter: { ...filter } };
      const found = await call("ListInboxCalls", { appId: appId.value, name }, { query });
      return newestFirst(found.calls, found.meta);
    }, (one) => one.id);
    this.tail = new Tail({ show: (calls) => this.show(calls), reload: () => void this.pages.load() });
  }

  /** Load the calls and wait for more until the returned function is called. */
  start(onCalls: () => void): () => void {
    const stopped = new AbortController();
    void this.follow(stopped.signal, onCalls);
    return () => {
      stopped.abort();
      this.tail.stop();
    };
  }

  private async follow(stopped: AbortSignal, onCalls: () => void): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    await this.pages.load();
    while (!stopped.aborted) {
      try {
        if (!this.pages.loaded.value) await this.pages.load();
        else if (await whileVisible(stopped, (signal) => this.wait(signal))) onCalls();
        pause = FIRST_PAUSE_MS;
        await visible(stopped);
      } catch {
        await sleep(pause, stopped);
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
    }
  }

  private async wait(signal: AbortSignal): Promise<boolean> {
    const shown = this.pages.items.value[0]?.id ?? "0".repeat(24);
    const after = this.newest > shown ? this.newest : shown;
    const query = { page: { after, size: 100 }, filter: { ...this.filter }, wait: String(WAIT_SECONDS) };
    const { calls } = await call("ListInboxCalls", { appId: appId.value, name: this.name }, { query, signal });
    if (!calls.length || signal.aborted) return false;
    this.newest = calls.at(-1)!.id;
    this.tail.add(calls.toReversed());
    return true;
  }

  private show(calls: InboxCall[]): void {
    this.pages.prepend(calls);
    this.fresh.value = new Set(calls.map((one) => one.id));
  }
}

/** End a request when the page is hidden: a browser has few connections to a host, and other tabs need them. */
async function whileVisible(stopped: AbortSignal, request: (signal: AbortSignal) => Promise<boolean>): Promise<boolean> {
  const hidden = new AbortController();
  const hide = (): void => void (document.hidden && hidden.abort());
  document.addEventListener("visibilitychange", hide);
  try {
    return await request(AbortSignal.any([stopped, hidden.signal]));
  } catch (error) {
    if (hidden.signal.aborted) return false;
    throw error;
  } finally {
    document.removeEventListener("visibilitychange", hide);
  }
}

/** Wait until the page can be seen. */
function visible(stopped: AbortSignal): Promise<void> {
  if (!document.hidden || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true, signal: stopped });
    stopped.addEventListener("abort", () => resolve());
  });
}

function sleep(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stopped.addEventListener("abort", () => (clearTimeout(timer), resolve()));
  });
}

export const inboxNames = signal<string[]>([]);
export const inbox = signal<Inbox | null>(null);
export const inboxError = signal<ApiError | null>(null);

/** Load an inbox, and the names of all of them. */
export async function loadInbox(name: string): Promise<void> {
  const app = { appId: appId.value };
  try {
    const [all, one] = await Promise.all([call("ListInboxes", app), call("GetInbox", { ...app, name })]);
    if (app.appId !== appId.value) return;
    inboxNames.value = all.inboxes.map((found) => found.name);
    inbox.value = one.inbox;
    inboxError.value = null;
  } catch (error) {
    inboxError.value = asApiError(error);
  }
}

export async function setScript(name: string, steps: Step[]): Promise<void> {
  inbox.value = (await call("SetInboxScript", { appId: appId.value, name }, { body: { steps } })).inbox;
}

export async function clearCalls(name: string): Promise<void> {
  await call("ClearInboxCalls", { appId: appId.value, name });
}
