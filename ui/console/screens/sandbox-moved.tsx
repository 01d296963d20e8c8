// The attempts and deletions while the clock moved.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../shared/api";
import type { ClockAttempt, Delivery } from "../../shared/operations";
import { duration } from "../../shared/time";
import { StatusCode, Time } from "../parts/values";
import { appId, linkTo } from "../routes";
import { expiredText, type Move } from "../stores/clock";

const SHOWN = 50;

export function Moved({ move }: { move: Move }) {
  const shown = move.attempts.slice(0, SHOWN);
  const deliveries = useDeliveries(shown);
  const expired = expiredText(move.expired);
  const count = move.attempts.length;
  return (
    <div class="moved" role="status">
      <p>
        <Time value={move.from} /> → <Time value={move.to} />:{" "}
        {count === 0 ? "no delivery was due" : `${count} ${count === 1 ? "delivery attempt" : "delivery attempts"}`}
        {expired && `; ${expired} expired`}.
        {move.remaining > 0 && <span class="muted"> {duration(move.remaining * 1000)} left…</span>}
      </p>
      <ul class="attempts">
        {shown.map((one) => (
          <li key={`${one.deliveryId}/${one.number}`}>
            <Time value={one.at} />
            {one.status === undefined ? <span class="error" title="No response" aria-label="No response" role="img">–</span> : <StatusCode status={one.status} />}
            <span><a href={linkTo("webhooks", { query: { delivery: one.deliveryId } })}>{deliveries.get(one.deliveryId)?.eventType ?? "delivery"}</a>, attempt {one.number}</span>
          </li>
        ))}
      </ul>
      {count > SHOWN && <p class="faint">and {count - SHOWN} more</p>}
    </div>
  );
}

/** The deliveries of attempts by their ids, when they are known. */
function useDeliveries(attempts: readonly ClockAttempt[]): ReadonlyMap<string, Delivery> {
  const found = useSignal<ReadonlyMap<string, Delivery>>(new Map());
  const ids = [...new Set(attempts.map((one) => one.deliveryId))].join(",");
  useEffect(() => {
    if (!ids) return;
    // Without them the attempts are still shown, with the ids alone.
    call("ListDeliveries", { appId: appId.value }, { query: { filter: { ids } } })
      .then(({ deliveries }) => (found.value = new Map(deliveries.map((one) => [one.id, one]))), () => undefined);
  }, [ids]);
  return found.value;
}
