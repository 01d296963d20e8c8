// The state of the tools that only a sandbox has.
import { signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type { ClockState } from "../../shared/operations";
import { duration } from "../../shared/time";
import { appId } from "../routes";

export interface SandboxState {
  exists: boolean;
  chaosRules: number;
  injected: number;
  /** In words, such as `2 h ahead`; null if the clock is that of the machine. */
  clockShift: string | null;
}

const NONE: SandboxState = { exists: false, chaosRules: 0, injected: 0, clockShift: null };
export const sandbox = signal<SandboxState>(NONE);
/** The clock works with SQLite only. */
const NOT_HERE = [400, 404, 409, 501];

/** Find out whether this is a sandbox, and what is on in it. */
export async function loadSandbox(): Promise<void> {
  const app = { appId: appId.value };
  try {
    const { rules } = (await call("GetChaos", app)).chaos;
    const clock = await call("GetClock", app).then((found) => found.clock, () => null);
    if (app.appId !== appId.value) return;
    const injected = rules.reduce((sum, one) => sum + one.hits, 0);
    sandbox.value = { exists: true, chaosRules: rules.length, injected, clockShift: clock && shiftOf(clock) };
  } catch (error) {
    if (error instanceof ApiError && NOT_HERE.includes(error.status)) sandbox.value = NONE;
  }
}

export async function stopChaos(): Promise<void> {
  await call("DeleteChaos", { appId: appId.value });
  await loadSandbox();
}

function shiftOf({ frozen, offsetSeconds }: ClockState): string | null {
  const shift = Math.round(offsetSeconds);
  const ahead = shift ? `${duration(Math.abs(shift) * 1000)} ${shift > 0 ? "ahead" : "behind"}` : "";
  return [ahead, frozen && "frozen"].filter(Boolean).join(" and ") || null;
}
