// A request on one line, with the events and deliveries that it caused.
import type { Delivery, EventRecord, RecordedRequest } from "../../shared/operations";
import { duration } from "../../shared/time";
import { deliveriesOfEvents, eventsOfRequests } from "../stores/chains";
import { appTime } from "../stores/sandbox";
import { targetName, targets } from "../stores/targets";
import { StatusCode, Time } from "./values";

/** The path below the app, in short: `…/join`. */
export function shortPath(path: string): string {
  const [plain = ""] = path.split("?");
  const rest = decoded(plain).replace(/^\/(?:v2|heliograph\/v1)\/apps\/[0-9a-f]{24}/, "").replace(/[0-9a-f]{24}/g, "…");
  return rest.replace(/^\//, "") || "(app)";
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A request on one line, with the reason for its rejection, or else the events and deliveries that it caused. */
export function RequestLine({ request }: { request: RecordedRequest }) {
  const events = eventsOfRequests.value.get(request.requestId) ?? [];
  return (
    <span class="request-line">
      <Time value={request.receivedAt} />
      <span class="method">{request.method}</span>
      <span class="truncate" title={request.path} dir="auto">{shortPath(request.path)}</span>
      <StatusCode status={request.status} />
      <span class="took faint small">{duration(request.durationMs)}</span>
      {request.errorTitle === undefined
        ? <Chain events={events} />
        : <span class="outcome truncate muted" title={request.errorTitle} dir="auto">{request.errorTitle}</span>}
    </span>
  );
}

export function Chain({ events }: { events: EventRecord[] }) {
  if (!events.length) return null;
  return (
    <span class="outcome chain">
      {events.map((event) => (
        <span key={event.id} class="row">
          <span aria-hidden="true">→</span>
          <span>{event.type}</span>
          {(deliveriesOfEvents.value.get(event.id) ?? []).map((one) => (
            <span key={one.id} class="row">
              <span aria-hidden="true">→</span>
              <span>{targetName(targets.value.get(one.webhookId))}</span>
              <DeliveryMark delivery={one} />
            </span>
          ))}
        </span>
      ))}
    </span>
  );
}

/** The state of a delivery in a few words, such as `200 6 ms` or `503, retry in 41 s`. */
export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const last = delivery.attempts?.at(-1) ?? delivery.lastAttempt;
  const outcome = last?.status ?? (last?.error ? "no response" : null);
  if (delivery.status === "delivered")
    return <span class="badge ok">{outcome ?? "delivered"}{last && ` ${duration(last.milliseconds)}`}</span>;
  if (delivery.status === "failed") return <span class="badge error">{outcome ? `${outcome}, failed` : "failed"}</span>;
  return <span class="badge warn">{outcome ? `${outcome}, retry ${until(delivery.dueAt)}` : "pending"}</span>;
}

function until(dueAt: string | undefined): string {
  const left = dueAt ? Date.parse(dueAt) - appTime() : 0;
  return left > 0 ? `in ${duration(Math.ceil(left / 1000) * 1000).replace(".0", "")}` : "soon";
}
