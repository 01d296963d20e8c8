// Figures of webhooks and their deliveries, and their triggers in short.
import type { Delivery } from "../../shared/operations";

/** `conversation:* user:*`: the triggers; those of one noun are combined if all of them are included. */
export function shortTriggers(triggers: readonly string[], all: readonly string[]): string[] {
  if (triggers.includes("*")) return ["all events"];
  const nouns = [...new Set([...all, ...triggers].map((one) => one.split(":")[0]))];
  return nouns.flatMap((noun) => {
    const own = triggers.filter((one) => one.startsWith(`${noun}:`));
    const every = all.filter((one) => one.startsWith(`${noun}:`));
    return own.length > 1 && every.every((one) => own.includes(one)) ? [`${noun}:*`] : own;
  });
}

export interface Health {
  /** The number of deliveries from which the figures are computed. */
  count: number;
  delivered: number;
  failed: number;
  pending: number;
  /** The 95th percentile of the last attempts; null without attempts. */
  p95: number | null;
}

export function healthOf(deliveries: readonly Delivery[]): Health {
  const of = (status: Delivery["status"]): number => deliveries.filter((one) => one.status === status).length;
  const times = deliveries.flatMap(({ lastAttempt }) => (lastAttempt ? [lastAttempt.milliseconds] : [])).sort((one, other) => one - other);
  const p95 = times[Math.ceil(times.length * 0.95) - 1] ?? null;
  return { count: deliveries.length, delivered: of("delivered"), failed: of("failed"), pending: of("pending"), p95 };
}

/** The share of settled deliveries that arrived, such as `98.7%`; null without settled deliveries. It is 100% only if
 * all arrived, and 0% only if none did. */
export function deliveredShare({ delivered, failed }: Health): string | null {
  const settled = delivered + failed;
  if (!settled) return null;
  const percent = (delivered / settled) * 100;
  if (percent === 100 || percent === 0) return `${percent}%`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)}%`;
}
