// Recorded requests, newest first.
import { computed, signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { RecordedRequest, RecordedRequestDetails } from "../../shared/operations";
import { NEWEST, newestFirst, Paged } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";

export interface RequestFilter {
  status?: string;
  operation?: string;
  keyId?: string;
  path?: string;
}

/** The requests that match, kept up to date by the stream. */
export class RequestList {
  /** Ids of rows that have just appeared. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly waiting = computed(() => this.held.value.length);
  readonly dropped = signal(0);
  readonly paused = signal(false);
  private readonly held = signal<RecordedRequest[]>([]);
  readonly pages: Paged<RecordedRequest>;

  constructor(private readonly filter: RequestFilter) {
    this.pages = new Paged(async (cursor) => {
      const query = { page: { before: cursor ?? NEWEST, size: 100 }, filter: { ...filter } };
      const found = await call("ListRecordedRequests", { appId: appId.value }, { query });
      this.dropped.value = found.dropped;
      return newestFirst(found.requests, found.meta);
    }, (one) => one.id);
  }

  /** Load the list and follow the stream until the returned function is called. */
  start(): () => void {
    void this.pages.load();
    return follow({
      onRequests: (requests) => this.add(requests.filter((one) => matches(one, this.filter))),
      onReset: () => void this.pages.load(),
    });
  }

  /** Show the rows that arrived while the list was paused. */
  release(): void {
    this.show(this.held.value);
    this.held.value = [];
  }

  private add(requests: RecordedRequest[]): void {
    if (!requests.length) return;
    if (this.paused.value) this.held.value = [...requests, ...this.held.value];
    else this.show(requests);
  }

  private show(requests: RecordedRequest[]): void {
    this.pages.prepend(requests);
    this.fresh.value = new Set(requests.map((one) => one.id));
  }
}

export function matches(one: RecordedRequest, { status, operation, keyId, path }: RequestFilter): boolean {
  return (!status || statusMatches(one.status, status)) && (!operation || one.operation === operation) &&
    (!keyId || one.keyId === keyId) && (!path || one.path.startsWith(path));
}

function statusMatches(status: number, wanted: string): boolean {
  return wanted.endsWith("xx") ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
}

export async function loadRequest(id: string): Promise<RecordedRequestDetails> {
  return (await call("GetRecordedRequest", { appId: appId.value, recordedRequestId: id })).request;
}
