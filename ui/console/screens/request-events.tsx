// The events that a request caused, with their payloads and deliveries.
import { useEffect } from "preact/hooks";
import type { Delivery, EventRecord } from "../../shared/operations";
import { Button } from "../parts/button";
import { DeliveryMark } from "../parts/chain";
import { attempt } from "../parts/errors";
import { Id, Json } from "../parts/values";
import { linkTo } from "../routes";
import { isViewer } from "../session";
import { deliveriesOfEvents, loadDeliveriesOf, sendNow } from "../stores/chains";
import { targetName, targets } from "../stores/targets";

const POLL_MS = 1000;

export function RequestEvents({ events }: { events: readonly EventRecord[] }) {
  const deliveries = events.flatMap((one) => deliveriesOfEvents.value.get(one.id) ?? []);
  const isPending = deliveries.some((one) => one.status === "pending");
  const load = (): void => {
    if (!document.hidden) void loadDeliveriesOf(events).catch(() => undefined);
  };
  useEffect(load, [events]);
  useEffect(() => {
    if (!isPending) return undefined;
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, [events, isPending]);
  return (
    <section class="stack tight" aria-label="Events">
      <h3>Events <span class="faint small">{events.length > 0 && events.length}</span></h3>
      {!events.length && <p class="faint">This request caused no event.</p>}
      {events.map((one) => <EventEntry key={one.id} event={one} deliveries={deliveriesOfEvents.value.get(one.id) ?? []} />)}
    </section>
  );
}

function EventEntry({ event, deliveries }: { event: EventRecord; deliveries: readonly Delivery[] }) {
  return (
    <div class="event-entry">
      <p class="row wrap">
        <span aria-hidden="true" class="faint">→</span>
        <a href={linkTo("events", { id: event.id })}>{event.type}</a>
        <Id value={event.id} />
      </p>
      {deliveries.map((one) => <DeliveryEntry key={one.id} delivery={one} />)}
      <details><summary>Payload</summary><Json value={event.payload} /></details>
    </div>
  );
}

function DeliveryEntry({ delivery }: { delivery: Delivery }) {
  const target = targets.value.get(delivery.webhookId);
  const link = linkTo("webhooks", { id: delivery.webhookId, query: { delivery: delivery.id } });
  return (
    <p class="row wrap">
      <span aria-hidden="true" class="faint">→</span>
      <a href={link} title={target}>{targetName(target)}</a>
      <DeliveryMark delivery={delivery} />
      {!isViewer.value && delivery.status !== "delivered" && <Button small onPress={() => attempt(() => sendNow(delivery))}>Send now</Button>}
    </p>
  );
}
