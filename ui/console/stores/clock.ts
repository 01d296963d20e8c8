// The clock of the app, and moving it through everything that becomes due.
import { call } from "../../shared/api";
import type { ClockAttempt, ClockBody, ClockChangeResponse, ClockExpired } from "../../shared/operations";
import { appId } from "../routes";
import { readClock } from "./sandbox";

/** The attempts and deletions between two times of the clock. */
export interface Move {
  from: string;
  to: string;
  attempts: ClockAttempt[];
  expired: ClockExpired;
  /** The remaining seconds; 0 once the target is reached. */
  remaining: number;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The seconds of a duration such as `15m`, in the syntax of the commands; null if the text is not a duration. */
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

/** Combines two moves, of which the second continues the first. */
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

/** The records that were deleted because of their age, such as `2 events and 1 delivery`; empty if there were none. */
export function expiredText({ events, deliveries, conversations }: ClockExpired): string {
  const counts = [[events, "event", "events"], [deliveries, "delivery", "deliveries"],
    [conversations, "conversation", "conversations"]] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
