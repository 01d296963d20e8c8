// One recorded request.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import type { RecordedMessage, RecordedRequestDetails } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { duration } from "../../shared/time";
import { Button } from "../parts/button";
import { Chain } from "../parts/chain";
import { ErrorNote } from "../parts/errors";
import { Id, Json, StatusCode, Time } from "../parts/values";
import { select } from "../routes";
import { loadRequest } from "../stores/requests";

export function RequestDetail({ id }: { id: string }) {
  const found = useSignal<RecordedRequestDetails | null>(null);
  const error = useSignal<ApiError | null>(null);
  useEffect(() => {
    loadRequest(id).then((one) => (found.value = one), (failure: unknown) => (error.value = asApiError(failure)));
  }, [id]);
  if (error.value) return <div class="detail"><ErrorNote error={error.value} /></div>;
  if (!found.value) return null;
  const one = found.value;
  return (
    <article class="detail">
      <div class="detail-head">
        <h2 class="spread">{one.operation ?? "No operation"}</h2>
        <Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} />
      </div>
      <p class="row wrap"><span class="method">{one.method}</span><code>{one.path}</code></p>
      <p class="row wrap muted">
        <StatusCode status={one.status} /><span>{duration(one.durationMs)}</span><Time value={one.receivedAt} />
        {one.keyId && <span>key <Id value={one.keyId} /></span>}
        <span>request <Id value={one.requestId} /></span>
      </p>
      <Message title="Request" message={one.request} />
      <Message title="Response" message={one.response} />
      <section class="stack"><h3>Events</h3>{one.events.length ? <Chain events={one.events} /> : <p class="faint">No events</p>}</section>
    </article>
  );
}

function Message({ title, message }: { title: string; message: RecordedMessage }) {
  return (
    <section class="stack">
      <h3>{title}</h3>
      {message.body === undefined ? <p class="faint">No body</p> : <Json value={message.body} />}
      <details>
        <summary>{Object.keys(message.headers).length} headers</summary>
        <dl class="properties mono">{Object.entries(message.headers).map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
      </details>
    </section>
  );
}
