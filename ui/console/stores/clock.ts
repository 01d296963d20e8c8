// The clock of the app, and moves of it over what is due.
import { call } from "../../shared/api";
import type { ClockAttempt, ClockBody, ClockChangeResponse, ClockExpired } from "../../shared/operations";
import { appId } from "../routes";
import { readClock } from "./sandbox";

/** What happened from one time of the clock to another one. */
export interface Move {
  from: string;
  to: string;
  attempts: ClockAttempt[];
  expired: ClockExpired;
  /** The seconds that are left, as long as the target is not reached. */
  remaining: number;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The seconds of a duration such as `15m`, as the commands read it; null if it is none. */
export function secondsOf(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text.trim());
  return found ? Number(found[1]) * (UNITS[found[2] || "s"] ?? 1) : null;
}

/** Move the clock, with as many requests as it takes, and report each part. Rejects with an `ApiError`. */
export async function moveClock(body: ClockBody, onPart: (move: Move) => void): Promise<void> {
  let move = moveOf(await set(body));
  onPart(move);
  while (move.remaining > 0) {
    move = joined(move, moveOf(await set({ advance: move.remaining })));
    onPart(move);
  }
}

/** Let the clock stand still, or go on. */
export async function freezeClock(freeze: boolean): Promise<void> {
  await set({ freeze });
}

async function set(body: ClockBody): Promise<ClockChangeResponse> {
  const app = appId.value;
  const done = await call("SetClock", { appId: app }, { body });
  if (app === appId.value) readClock(done.clock);
  return done;
}

function moveOf({ from, to, attempts, expired, remainingSeconds }: ClockChangeResponse): Move {
  return { from, to, attempts, expired, remaining: remainingSeconds ?? 0 };
}

/** Two moves, of which the second continues the first. */
export function joined(first: Move, second: Move): Move {
  return {
    from: first.from,
    to: second.to,
    attempts: [...first.attempts, ...second.attempts],
    expired: {
      events: first.expired.events + second.expired.events,
      deliveries: first.expired.deliveries + second.expired.deliveries,
      conversations: first.expired.conversations + second.expired.conversations,
    },
    remaining: second.remaining,
  };
}

/** What was deleted because it was too old, such as `2 events and 1 delivery`; empty if nothing was. */
export function expiredText({ events, deliveries, conversations }: ClockExpired): string {
  const counts = [[events, "event", "events"], [deliveries, "delivery", "deliveries"],
    [conversations, "conversation", "conversations"]] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
