// One recorded request with its response and the events that it caused.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { serverUrl } from "../../shared/api";
import type { Operations, RecordedRequestDetails } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { statusText } from "../../shared/statuses";
import { TAGS } from "../../shared/tags";
import { duration } from "../../shared/time";
import { Button } from "../parts/button";
import { ErrorNote } from "../parts/errors";
import { Id, Time } from "../parts/values";
import { select } from "../routes";
import { rulesOf } from "../rules";
import { loadRequest } from "../stores/requests";
import { RequestActions } from "./request-actions";
import { RequestEvents } from "./request-events";
import { Message } from "./request-message";

export function RequestDetail({ id }: { id: string }) {
  const found = useSignal<RecordedRequestDetails | null>(null);
  const error = useSignal<ApiError | null>(null);
  const load = async (): Promise<void> => {
    error.value = null;
    try {
      found.value = await loadRequest(id);
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  useEffect(() => void load(), [id]);
  if (found.value) return <Record record={found.value} />;
  return (
    <div class="detail">
      <div class="detail-head"><h2 class="spread">Request</h2><Close /></div>
      {error.value ? <ErrorNote error={error.value} onRetry={load} /> : <p class="faint">Loading…</p>}
    </div>
  );
}

function Close() {
  return <Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} />;
}

function Record({ record }: { record: RecordedRequestDetails }) {
  const kind = record.status >= 500 ? "error" : record.status >= 400 ? "warn" : "ok";
  return (
    <article class="detail request-detail" aria-label={`${record.method} ${record.path}`}>
      <div class="stack tight">
        <div class="detail-head"><h2 class="spread">{record.operation ?? "Unknown path"}</h2><Close /></div>
        <p class="request-target"><span class="method">{record.method}</span><code>{record.path}</code></p>
        <p class="row wrap muted">
          <strong class={kind}>{statusText(record.status)}</strong>
          <span>{duration(record.durationMs)}</span>
          <Time value={record.receivedAt} />
          {record.keyId && <span>key <Id value={record.keyId} /></span>}
          <span>request <Id value={record.requestId} /></span>
        </p>
        {record.status >= 400 && <Rejected record={record} />}
      </div>
      <RequestActions record={record} />
      <Message title="Request" message={record.request} first={`${record.method} ${record.path} HTTP/1.1`} />
      <Message title="Response" message={record.response} first={`HTTP/1.1 ${statusText(record.status)}`} />
      <RequestEvents events={record.events} />
    </article>
  );
}

/** The reason for a rejection, with a link to the operation in the reference. */
function Rejected({ record: { operation, status, errorCode, response } }: { record: RecordedRequestDetails }) {
  const titles = titlesOf(response.body);
  const tag = operation !== undefined && operation in TAGS ? TAGS[operation as keyof Operations] : undefined;
  const rules = status < 500 ? rulesOf(status, errorCode, tag) : null;
  return (
    <div class={status >= 500 ? "notice error" : "notice warn"}>
      <div class="spread">
        {titles.map((one) => <p key={one}>{one}</p>)}
        {!titles.length && <p>{statusText(status)}</p>}
        <p class="small row wrap">
          {errorCode && <code>{errorCode}</code>}
          {tag !== undefined && (
            <a href={referenceOf(operation as keyof Operations)} target="_blank" rel="noreferrer">{operation} in the reference</a>
          )}
          {rules && <a href={rules.url} target="_blank" rel="noreferrer">Rules: {rules.topic}</a>}
        </p>
      </div>
    </div>
  );
}

function titlesOf(body: unknown): string[] {
  const errors = typeof body === "object" && body !== null && "errors" in body ? body.errors : null;
  if (!Array.isArray(errors)) return [];
  return errors.map((one: { title?: unknown }) => one.title).filter((one) => typeof one === "string");
}

/** The reference page of the server, which works offline, opened at an operation. */
function referenceOf(operation: keyof Operations): string {
  return `${serverUrl}/docs#/${encodeURIComponent(TAGS[operation])}/${operation}`;
}
