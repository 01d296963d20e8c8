// One delivery: its attempts with the responses, and sending it again.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../../shared/api";
import type { Attempt, Delivery } from "../../../shared/operations";
import { asApiError } from "../../../shared/paged";
import { duration } from "../../../shared/time";
import { Button } from "../../parts/button";
import { DeliveryMark } from "../../parts/chain";
import { attempt, ErrorNote } from "../../parts/errors";
import { Id, shortened, StatusCode, Time } from "../../parts/values";
import { filter, linkTo } from "../../routes";
import { isViewer } from "../../session";
import { conversationName } from "../../stores/conversation-names";
import { loadDelivery, resend } from "../../stores/deliveries";
import { waitsFor } from "../../stores/lanes";
import { nameOf } from "../../stores/names";

interface Props {
  id: string;
  canResend: boolean;
  /** The deliveries of the list; this delivery may wait for one of them. */
  among: readonly Delivery[];
  onChange: (delivery: Delivery) => void;
}

const POLL_MS = 1000;

export function DeliveryDetail({ id, canResend, among, onChange }: Props) {
  const found = useSignal<Delivery | null>(null);
  const error = useSignal<ApiError | null>(null);
  useEffect(() => followDelivery(id, found, error), [id]);
  if (error.value) return <div class="detail"><ErrorNote error={error.value} /></div>;
  if (!found.value) return null;
  const one = found.value;
  const before = waitsFor(one, among);
  const again = (): Promise<boolean> => attempt(async () => {
    const { attempts, ...rest } = (found.value = await resend(id));
    onChange({ ...rest, lastAttempt: attempts?.at(-1) });
  }, one.status === "pending" ? "The next attempt is made now" : "Sent again");
  return (
    <article class="detail">
      <div class="detail-head">
        <h2 class="spread">{one.eventType}</h2>
        {canResend && !isViewer.value && (
          <Button small icon="send" onPress={again} disabledBecause={before && "An earlier event is sent first"}>
            {one.status === "pending" ? "Send now" : "Resend"}
          </Button>
        )}
        <Button kind="quiet" small icon="x" label="Close" onPress={() => filter({ delivery: null })} />
      </div>
      {before && (
        <p class="notice">
          <span>An earlier event of the same {one.conversationId ? "conversation" : "user"} is sent first. <a href={linkTo("webhooks", { id: before.webhookId, query: { delivery: before.id } })}>Show its delivery</a></span>
        </p>
      )}
      <Facts delivery={one} />
      <section class="stack">
        <h3>Attempts</h3>
        {one.attempts?.length ? <Attempts attempts={one.attempts} /> : <p class="faint">No attempt yet</p>}
      </section>
    </article>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const { conversationId, userId } = delivery;
  return (
    <dl class="properties">
      <dt>State</dt><dd><DeliveryMark delivery={delivery} /></dd>
      <dt>Created</dt><dd><Time value={delivery.createdAt} /></dd>
      {delivery.dueAt && <><dt>Next attempt</dt><dd><Time value={delivery.dueAt} /> at the earliest</dd></>}
      {delivery.settledAt && <><dt>Ended</dt><dd><Time value={delivery.settledAt} /></dd></>}
      <dt>Event</dt><dd><a href={linkTo("events", { id: delivery.eventId })}>{shortened(delivery.eventId)}</a>{delivery.synthetic && " · test event"}</dd>
      {conversationId && <><dt>Conversation</dt><dd><a href={linkTo("conversations", { id: conversationId })}><bdi>{conversationName(conversationId)}</bdi></a></dd></>}
      {userId && <><dt>User</dt><dd><a href={linkTo("users", { id: userId })}><bdi>{nameOf(userId)}</bdi></a></dd></>}
      <dt>Delivery ID</dt><dd><Id value={delivery.id} full /></dd>
    </dl>
  );
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <div class="delivery-attempts-box" tabIndex={0} role="region" aria-label="Attempts">
      <table class="delivery-attempts">
        <thead><tr><th scope="col">#</th><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Took</th><th scope="col">Response</th></tr></thead>
        <tbody>
          {attempts.map((one) => (
            <tr key={one.number}>
              <td>{one.number}</td>
              <td><Time value={one.startedAt} /></td>
              <td>{one.status === undefined ? "–" : <StatusCode status={one.status} />}</td>
              <td class="took">{duration(one.milliseconds)}</td>
              <td class="response" dir="auto">{one.error ?? (one.response || <span class="faint">empty</span>)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Load a delivery, and reload it while it is pending. */
function followDelivery(id: string, found: Signal<Delivery | null>, error: Signal<ApiError | null>): () => void {
  let isStopped = false;
  const load = async (): Promise<void> => {
    try {
      const one = await loadDelivery(id);
      if (!isStopped) found.value = one;
    } catch (failure) {
      if (!isStopped && !found.value) error.value = asApiError(failure);
    }
  };
  void load();
  const timer = setInterval(() => void (!document.hidden && found.value?.status === "pending" && load()), POLL_MS);
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
