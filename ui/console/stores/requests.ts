// Recorded requests, newest first.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { RecordedRequest, RecordedRequestDetails } from "../../shared/operations";
import { firstMatches, NEWEST, newestFirst, type Page } from "../../shared/paged";
import { appId } from "../routes";
import { recording } from "./activity";
import { LiveList } from "./live-list";

export interface RequestFilter {
  status?: string;
  operation?: string;
  keyId?: string;
  /** The beginning of the path. */
  path?: string;
  /** The `X-Request-Id`. */
  requestId?: string;
}

/** The requests that match the filter, kept up to date by the stream. */
export class RequestList extends LiveList<RecordedRequest> {
  /** How many requests the server did not record because there were too many. */
  readonly dropped = signal(0);

  constructor(private readonly filter: RequestFilter) {
    super();
  }

  /** Load the list and follow the stream until the returned function is called. */
  start(): () => void {
    return this.load({
      onRequests: (requests) => this.add(requests.filter((one) => matches(one, this.filter))),
      onDropped: (count) => (this.dropped.value += count),
    });
  }

  protected override async page(cursor: string | null): Promise<Page<RecordedRequest>> {
    const { requestId, ...filter } = this.filter;
    if (requestId) return { items: await withRequestId(requestId), next: null };
    return firstMatches(cursor ?? NEWEST, async (before) => {
      const query = { page: { before, size: 100 }, filter: { ...filter } };
      const found = await call("ListRecordedRequests", { appId: appId.value }, { query });
      this.dropped.value = found.dropped;
      recording.value = found.recording;
      return newestFirst(found.requests, found.meta);
    });
  }
}

export function matches(one: RecordedRequest, { status, operation, keyId, path, requestId }: RequestFilter): boolean {
  return (!status || statusMatches(one.status, status)) && (!operation || one.operation === operation) &&
    (!keyId || one.keyId === keyId) && (!path || one.path.startsWith(path)) && (!requestId || one.requestId === requestId);
}

function statusMatches(status: number, wanted: string): boolean {
  return wanted.endsWith("xx") ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
}

/** The beginning of the path for an entered text such as `users` or `/v2/apps/…`. */
export function pathPrefix(entered: string, app: string): string | undefined {
  const text = entered.trim();
  if (!text || text === "/") return undefined;
  return /^\/?(?:v2|heliograph)\//.test(text) ? `/${text.replace(/^\//, "")}` : `/v2/apps/${app}/${text.replace(/^\//, "")}`;
}

/** Whether a text is an id, as `X-Request-Id` usually is. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{24}$/.test(text.trim());
}

export async function loadRequest(id: string): Promise<RecordedRequestDetails> {
  return (await call("GetRecordedRequest", { appId: appId.value, recordedRequestId: id })).request;
}

/** The recorded requests with an `X-Request-Id`. */
async function withRequestId(requestId: string): Promise<RecordedRequest[]> {
  const { results } = await call("Find", { appId: appId.value }, { query: { q: requestId } });
  const found = await Promise.all(results.filter((one) => one.kind === "request").map((one) => loadRequest(one.id)));
  return found.toSorted((left, right) => (left.id < right.id ? 1 : -1));
}
