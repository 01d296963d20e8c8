// The problems of the last 24 hours: rejected requests in groups, and deliveries that failed or are delayed.
import { computed, signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { Delivery, RecordedRequest } from "../../shared/operations";
import { NEWEST } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";
import { knowTargets } from "./targets";

const DAY_MS = 24 * 3600 * 1000;
const PAGES = 3;
const POLL_MS = 5000;
/** More rejected requests than this are not kept. */
const KEPT = 1000;

export interface ErrorGroup {
  operation: string | null;
  method: string;
  status: number;
  code: string | null;
  title: string | null;
  count: number;
  newest: RecordedRequest;
}

/** Rejected requests by operation, status, code and title; the groups with the most requests first. */
export function grouped(requests: readonly RecordedRequest[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  for (const one of requests) {
    const { method, status, operation = null, errorCode: code = null, errorTitle: title = null } = one;
    const key = JSON.stringify([operation ?? method, status, code, title]);
    const known = groups.get(key);
    if (!known) groups.set(key, { operation, method, status, code, title, count: 1, newest: one });
    else {
      known.count += 1;
      if (one.id > known.newest.id) known.newest = one;
    }
  }
  return [...groups.values()].sort((left, right) => right.count - left.count || (left.newest.id < right.newest.id ? 1 : -1));
}

/** The rejected requests of the last 24 hours, kept up to date by the stream. */
export class RecentErrors {
  /** Whether there are more rejected requests than were loaded. */
  readonly more = signal(false);
  private readonly found = signal<ReadonlyMap<string, RecordedRequest>>(new Map());
  readonly groups = computed(() => grouped([...this.found.value.values()]));

  start(): () => void {
    void this.load().catch(() => undefined);
    return follow({
      onRequests: (requests) => this.add(requests.filter((one) => one.status >= 400)),
      onReset: () => void this.load().catch(() => undefined),
    });
  }

  private async load(): Promise<void> {
    const [rejected, failed] = await Promise.all([newestSince("4xx"), newestSince("5xx")]);
    this.more.value = rejected.more || failed.more;
    this.add([...rejected.requests, ...failed.requests]);
  }

  /** Add rejected requests. */
  add(requests: RecordedRequest[]): void {
    if (!requests.length) return;
    const known = new Map([...this.found.value, ...requests.map((one) => [one.id, one] as const)]);
    const recent = [...known].filter(([, one]) => isRecent(one.receivedAt));
    if (recent.length > KEPT) this.more.value = true;
    this.found.value = new Map(recent.sort(([one], [other]) => (one < other ? -1 : 1)).slice(-KEPT));
  }
}

async function newestSince(status: string): Promise<{ requests: RecordedRequest[]; more: boolean }> {
  const requests: RecordedRequest[] = [];
  let before: string | undefined = NEWEST;
  for (let page = 0; page < PAGES && before; page += 1) {
    const query = { page: { before, size: 100 }, filter: { status } };
    const found: Awaited<ReturnType<typeof listed>> = await listed(query);
    requests.push(...found.requests.filter((one) => isRecent(one.receivedAt)));
    const oldest = found.requests[0];
    before = found.meta.hasMore && (!oldest || isRecent(oldest.receivedAt)) ? found.meta.beforeCursor : undefined;
  }
  return { requests, more: before !== undefined };
}

function listed(query: { page: Record<string, string | number>; filter: Record<string, string> }) {
  return call("ListRecordedRequests", { appId: appId.value }, { query });
}

function isRecent(iso: string): boolean {
  return Date.now() - Date.parse(iso) < DAY_MS;
}

/** Deliveries that failed in the last 24 hours, and those that wait for another attempt. */
export class DeliveryTroubles {
  readonly failed = signal<Delivery[]>([]);
  readonly delayed = signal<Delivery[]>([]);

  start(): () => void {
    const load = (): void => {
      if (!document.hidden) void this.load().catch(() => undefined);
    };
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }

  async load(): Promise<void> {
    const [failed, pending] = await Promise.all([newestDeliveries("failed"), newestDeliveries("pending")]);
    this.failed.value = failed.filter((one) => isRecent(one.settledAt ?? one.createdAt));
    this.delayed.value = pending.filter((one) => one.attemptCount > 0);
    await knowTargets([...this.failed.value, ...this.delayed.value].map((one) => one.webhookId));
  }
}

async function newestDeliveries(status: "failed" | "pending"): Promise<Delivery[]> {
  const query = { page: { before: NEWEST, size: 100 }, filter: { status } };
  return (await call("ListDeliveries", { appId: appId.value }, { query })).deliveries.toReversed();
}
