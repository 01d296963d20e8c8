// One event: its cause, its payload, and its deliveries.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../../shared/api";
import type { Delivery, EventRecord } from "../../../shared/operations";
import { asApiError } from "../../../shared/paged";
import { Button } from "../../parts/button";
import { DeliveryMark } from "../../parts/chain";
import { Empty, ErrorNote } from "../../parts/errors";
import { CopyButton, Id, Json, shortened, Time } from "../../parts/values";
import { linkTo, select } from "../../routes";
import { isViewer } from "../../session";
import { conversationName } from "../../stores/conversation-names";
import { loadDeliveriesOf, loadEvent } from "../../stores/events";
import { nameOf } from "../../stores/names";
import { sandbox } from "../../stores/sandbox";
import { hooks, loadHooks } from "../../stores/webhooks";
import { SendDialog } from "./trigger";

const POLL_MS = 1000;

export function EventDetail({ id, known }: { id: string; known: EventRecord | null }) {
  const found = useSignal<EventRecord | null>(known);
  const missing = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  useEffect(() => {
    if (found.value) return;
    loadEvent(id).then((one) => {
      found.value = one;
      missing.value = one === null;
    }, (failure: unknown) => (error.value = asApiError(failure)));
  }, [id]);
  if (error.value) return <div class="detail"><ErrorNote error={error.value} /></div>;
  if (missing.value) return <Gone />;
  return found.value && <Details event={found.value} />;
}

function Gone() {
  return (
    <Empty title="This event does not exist any more">
      <p>Events are deleted after the number of days in <code>--keep-days</code>.</p>
      <Button onPress={() => select(null)}>Close</Button>
    </Empty>
  );
}

function Details({ event }: { event: EventRecord }) {
  const sending = useSignal(false);
  return (
    <article class="detail">
      <div class="detail-head">
        <h2 class="spread">{event.type}</h2>
        {sandbox.value.exists && !isViewer.value && <Button small onPress={() => (sending.value = true)}>Send to…</Button>}
        <Button kind="quiet" small icon="x" label="Close" onPress={() => select(null)} />
      </div>
      <Cause event={event} />
      <Deliveries event={event} />
      <section class="stack">
        <div class="row"><h3 class="spread">Payload</h3><CopyButton text={JSON.stringify(event.payload, null, 2)}>Copy</CopyButton></div>
        <Json value={event.payload} />
      </section>
      {sending.value && <SendDialog event={event} onClose={() => (sending.value = false)} />}
    </article>
  );
}

function Cause({ event }: { event: EventRecord }) {
  const { conversationId, userId, keyId, sessionId, requestId } = event;
  return (
    <dl class="properties">
      <dt>Time</dt><dd><Time value={event.createdAt} /></dd>
      <dt>Event ID</dt><dd><Id value={event.id} full /></dd>
      {conversationId && <><dt>Conversation</dt><dd><a href={linkTo("conversations", { id: conversationId })}><bdi>{conversationName(conversationId)}</bdi></a></dd></>}
      {userId && <><dt>User</dt><dd><a href={linkTo("users", { id: userId })}><bdi>{nameOf(userId)}</bdi></a></dd></>}
      <dt>Caused by</dt>
      <dd>
        {keyId ? <>key <Id value={keyId} /></> : "the server"}{sessionId && <> · session <Id value={sessionId} /></>}
        {event.synthetic && " · test event"}
      </dd>
      {requestId && <><dt>Request</dt><dd><a href={linkTo("requests", { query: { requestId } })}>{shortened(requestId)}</a></dd></>}
    </dl>
  );
}

function Deliveries({ event }: { event: EventRecord }) {
  const found = useSignal<Delivery[] | null>(null);
  const error = useSignal<ApiError | null>(null);
  useEffect(() => {
    void loadHooks();
    return followDeliveries(event.id, found, error);
  }, [event.id]);
  return (
    <section class="stack">
      <h3>Deliveries</h3>
      {error.value && <ErrorNote error={error.value} />}
      {found.value?.length === 0 && <p class="faint">No webhook receives this event.</p>}
      <ul class="stack event-deliveries">
        {found.value?.map((one) => (
          <li key={one.id} class="row">
            <a class="truncate" href={linkTo("webhooks", { id: one.webhookId, query: { delivery: one.id } })}>{targetOf(one.webhookId)}</a>
            <DeliveryMark delivery={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function targetOf(webhookId: string): string {
  return hooks.value.find((one) => one.webhook.id === webhookId)?.webhook.target ?? `webhook ${shortened(webhookId)}`;
}

/** Load the deliveries of an event, and reload them while some are pending. */
function followDeliveries(eventId: string, found: Signal<Delivery[] | null>, error: Signal<ApiError | null>): () => void {
  const load = async (): Promise<void> => {
    try {
      found.value = await loadDeliveriesOf(eventId);
      error.value = null;
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  void load();
  const timer = setInterval(() => {
    if (!document.hidden && found.value?.some((one) => one.status === "pending")) void load();
  }, POLL_MS);
  return () => clearInterval(timer);
}
