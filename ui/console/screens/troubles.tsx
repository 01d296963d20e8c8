// Recent problems: rejected requests, and webhooks that fail or are late.
import { useEffect, useMemo } from "preact/hooks";
import type { Delivery } from "../../shared/operations";
import { Button } from "../parts/button";
import { DeliveryMark } from "../parts/chain";
import { attempt } from "../parts/errors";
import { StatusCode, Time } from "../parts/values";
import { linkTo } from "../routes";
import { isViewer } from "../session";
import { sendNow } from "../stores/chains";
import { targets } from "../stores/targets";
import { DeliveryTroubles, type ErrorGroup, RecentErrors } from "../stores/troubles";

const SHOWN = 5;

export function Errors() {
  const errors = useMemo(() => new RecentErrors(), []);
  useEffect(() => errors.start(), [errors]);
  const groups = errors.groups.value;
  if (!groups.length) return null;
  const count = groups.reduce((sum, one) => sum + one.count, 0);
  return (
    <section class="trouble">
      <div class="section-head">
        <h2>Recent errors</h2>
        <span class="faint small">{errors.more.value ? "More than " : ""}{count.toLocaleString()} in the last 24 hours</span>
        <span class="spread" />
        <a href={linkTo("requests", { query: { status: "4xx" } })}>All errors</a>
      </div>
      <ul class="trouble-rows">{groups.slice(0, SHOWN).map((one) => <ErrorRow key={one.newest.id} group={one} />)}</ul>
      {groups.length > SHOWN && <p class="faint small more">{groups.length - SHOWN} more {groups.length === SHOWN + 1 ? "kind" : "kinds"} of errors</p>}
    </section>
  );
}

function ErrorRow({ group: { operation, method, status, code, title, count, newest } }: { group: ErrorGroup }) {
  const query = { operation, status: String(status) };
  return (
    <li class="error-row">
      <span class="count" title={`${count} requests`}>{count.toLocaleString()}×</span>
      <StatusCode status={status} />
      <a class="truncate" href={linkTo("requests", { query })}>{operation ?? `${method} of an unknown path`}</a>
      <span class="truncate muted" title={title ?? undefined} dir="auto">{title ?? code}</span>
      <a class="last" href={linkTo("requests", { id: newest.id, query })} aria-label={`Newest ${operation ?? method}`}><Time value={newest.receivedAt} /></a>
    </li>
  );
}

export function DelayedWebhooks() {
  const troubles = useMemo(() => new DeliveryTroubles(), []);
  useEffect(() => troubles.start(), [troubles]);
  const { failed, delayed } = troubles;
  const all = [...failed.value, ...delayed.value].sort((left, right) => (left.id < right.id ? 1 : -1));
  if (!all.length) return null;
  const counts = [failed.value.length && `${counted(failed.value)} failed`, delayed.value.length && `${counted(delayed.value)} delayed`];
  return (
    <section class="trouble">
      <div class="section-head">
        <h2>Webhooks</h2>
        <span class="faint small">{counts.filter(Boolean).join(", ")}</span>
        <span class="spread" />
        <a href={linkTo("webhooks")}>All webhooks</a>
      </div>
      <ul class="trouble-rows">
        {all.slice(0, SHOWN).map((one) => <DeliveryRow key={one.id} delivery={one} onSent={() => troubles.load()} />)}
      </ul>
      {all.length > SHOWN && <p class="faint small more">{all.length - SHOWN} more</p>}
    </section>
  );
}

/** A page of deliveries has 100 at most. */
function counted(deliveries: readonly Delivery[]): string {
  return deliveries.length >= 100 ? "100 or more" : String(deliveries.length);
}

function DeliveryRow({ delivery, onSent }: { delivery: Delivery; onSent: () => Promise<void> }) {
  const target = targets.value.get(delivery.webhookId);
  const send = async (): Promise<void> => {
    await sendNow(delivery);
    await onSent();
  };
  return (
    <li class="delivery-row">
      <Time value={delivery.createdAt} />
      <span class="truncate">{delivery.eventType}</span>
      <a class="truncate target" href={linkTo("webhooks", { id: delivery.webhookId, query: { delivery: delivery.id } })} title={target}>{target ?? "webhook"}</a>
      <DeliveryMark delivery={delivery} />
      {!isViewer.value && <Button small onPress={() => attempt(send, "Sent")}>Send now</Button>}
    </li>
  );
}
