// How well a webhook receives its deliveries.
import { duration } from "../../../shared/time";
import { deliveredShare, type Health } from "../../stores/health";

export function HealthFigures({ health }: { health: Health }) {
  if (!health.count) return <span class="faint health">None</span>;
  const share = deliveredShare(health);
  const of = health.count === 1 ? "1 delivery" : `last ${health.count.toLocaleString()}`;
  return (
    <span class="health">
      {share !== null && <span title="Delivered share of the deliveries that are no longer pending"><strong>{share}</strong> of {of}</span>}
      {health.p95 !== null && <span class="muted p95" title="95 of 100 last attempts took at most this long">p95 {duration(health.p95)}</span>}
      {health.pending > 0 && <span class="warn">{health.pending.toLocaleString()} pending</span>}
      <span class={health.failed ? "error" : "muted no-failure"}>{health.failed.toLocaleString()} failed</span>
    </span>
  );
}
