// The activity of a conversation, newest first: requests with the events and deliveries that followed.
import { useSignal } from "@preact/signals";
import type { Delivery, EventRecord } from "../../../shared/operations";
import { duration } from "../../../shared/time";
import { Button } from "../../parts/button";
import { DeliveryMark, shortPath } from "../../parts/chain";
import { attempt, Empty, ErrorNote } from "../../parts/errors";
import { StatusCode, Time } from "../../parts/values";
import { linkTo } from "../../routes";
import { isViewer } from "../../session";
import type { ConversationLog, LogEntry } from "../../stores/conversation-log";
import { resend } from "../../stores/deliveries";
import { nameOf } from "../../stores/names";
import { targetName, targets } from "../../stores/targets";

const SHOWN = 50;

export function Activity({ log }: { log: ConversationLog }) {
  const { loaded, loading, error } = log.events;
  const shown = useSignal(SHOWN);
  const all = log.entries.value;
  const entries = all.slice(0, shown.value);
  const more = async (): Promise<void> => {
    shown.value += SHOWN;
    if (shown.value > all.length) await log.loadMore();
  };
  return (
    <div class="activity-log" tabIndex={0} role="group" aria-label="Activity">
      {error.value && <ErrorNote error={error.value} onRetry={() => log.load()} />}
      {loaded.value && !loading.value && !entries.length && !log.hasMore.value && <Empty title="No activity yet"><p>Requests about this conversation and its events appear here.</p></Empty>}
      <ol role="list">{entries.map((one) => <Entry key={one.id} entry={one} deliveries={log.deliveries.value} />)}</ol>
      {loading.value ? <p class="list-note">Loading…</p> : (log.hasMore.value || all.length > shown.value) && <Button small onPress={more}>Show older</Button>}
    </div>
  );
}

function Entry({ entry, deliveries }: { entry: LogEntry; deliveries: ReadonlyMap<string, Delivery[]> }) {
  const { request, events, at } = entry;
  return (
    <li>
      <p class="row">
        <Time value={at} />
        {request
          ? <>
            <a class="truncate spread" href={linkTo("requests", { id: request.id })} title={request.path}>{request.method} {shortPath(request.path).replace(/^conversations\/…\/?/, "") || "conversation"}</a>
            <StatusCode status={request.status} />
            <span class="faint small">{duration(request.durationMs)}</span>
          </>
          : <Subject event={events[0]} />}
      </p>
      {(request ? events : events.slice(0, 1)).map((one) => <EventLine key={one.id} event={one} deliveries={deliveries.get(one.id) ?? []} named={request !== null} />)}
      {!request && events.slice(1).map((one) => <EventLine key={one.id} event={one} deliveries={deliveries.get(one.id) ?? []} named />)}
    </li>
  );
}

/** An event whose request was not recorded, or that no request caused. */
function Subject({ event }: { event: EventRecord | undefined }) {
  if (!event) return null;
  return <span class="truncate spread">{typeOf(event)}{actorOf(event) && <span class="muted"> {actorOf(event)}</span>}</span>;
}

function EventLine({ event, deliveries, named }: { event: EventRecord; deliveries: readonly Delivery[]; named: boolean }) {
  if (!named && !deliveries.length) return null;
  return (
    <p class="row wrap follows">
      {named && <span><span aria-hidden="true">→ </span>{typeOf(event)}{actorOf(event) && <span class="faint"> {actorOf(event)}</span>}</span>}
      {deliveries.map((one) => <span key={one.id} class="row"><span aria-hidden="true">→</span><span>{targetName(targets.value.get(one.webhookId))}</span><DeliveryMark delivery={one} /><RetryButton delivery={one} /></span>)}
    </p>
  );
}

function RetryButton({ delivery }: { delivery: Delivery }) {
  if (isViewer.value || delivery.status === "delivered" || !delivery.attemptCount) return null;
  return <Button small onPress={() => attempt(() => resend(delivery.id))}>{delivery.status === "failed" ? "Resend" : "Send now"}</Button>;
}

function typeOf({ type, payload }: EventRecord): string {
  const activity = payload["activity"] as { type?: string } | undefined;
  return type === "conversation:typing" && activity?.type ? activity.type : type;
}

function actorOf({ userId, payload }: EventRecord): string {
  const subject = (payload["activity"] ?? payload["message"]) as { author?: { userId?: string; type?: string } } | undefined;
  const id = userId ?? subject?.author?.userId;
  if (id) return nameOf(id);
  return subject?.author?.type === "business" ? "business" : "";
}
