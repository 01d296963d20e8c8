// The state of the tools that only a sandbox has.
import { computed, signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type { ChaosState, ClockState } from "../../shared/operations";
import { shortTime, span } from "../../shared/time";
import { appId } from "../routes";

export interface SandboxState {
  exists: boolean;
  chaosRules: number;
  injected: number;
  /** In words, such as `2 h ahead` or `frozen at 14:02:11`; null if the clock is that of the machine. */
  clockShift: string | null;
}

/** A clock, and the `performance.now()` at which it was read, so that the page can continue it. */
export interface ClockReading extends ClockState {
  readAt: number;
}

const NONE: SandboxState = { exists: false, chaosRules: 0, injected: 0, clockShift: null };
/** The clock works with SQLite only. */
const NOT_HERE = [400, 404, 409, 501];
const POLL_MS = 2000;

export const chaos = signal<ChaosState | null>(null);
export const clock = signal<ClockReading | null>(null);

let loadedFor = "";

export const sandbox = computed<SandboxState>(() => {
  if (chaos.value === null) return NONE;
  const { rules } = chaos.value;
  const injected = rules.reduce((sum, one) => sum + one.hits, 0);
  return { exists: true, chaosRules: rules.length, injected, clockShift: clock.value && shiftOf(clock.value) };
});

/** Load whether this is a sandbox, and which of its tools are active. */
export async function loadSandbox(): Promise<void> {
  const app = { appId: appId.value };
  if (app.appId !== loadedFor) chaos.value = clock.value = null;
  loadedFor = app.appId;
  try {
    const [found, time] = await Promise.all([
      call("GetChaos", app),
      call("GetClock", app).then((one) => one.clock, () => null),
    ]);
    if (app.appId !== appId.value) return;
    chaos.value = found.chaos;
    readClock(time);
  } catch (error) {
    if (!(error instanceof ApiError && NOT_HERE.includes(error.status))) return;
    chaos.value = null;
    clock.value = null;
  }
}

export function readClock(state: ClockState | null): void {
  clock.value = state && { ...state, readAt: performance.now() };
}

/** The time of the app in milliseconds: that of a clock that was moved, or else of this machine. */
export function appTime(): number {
  return clock.value ? timeOf(clock.value) : Date.now();
}

/** The time that a clock shows now, in milliseconds. */
export function timeOf({ now, frozen, readAt }: ClockReading): number {
  return Date.parse(now) + (frozen ? 0 : performance.now() - readAt);
}

/** Keep the active tools up to date until the returned function is called: commands and tests change them too. */
export function followSandbox(): () => void {
  const ended = new AbortController();
  const load = (): void => {
    if (!document.hidden && sandbox.value.exists) void loadSandbox();
  };
  addEventListener("focus", load, { signal: ended.signal });
  const timer = setInterval(() => sandbox.value.chaosRules > 0 && load(), POLL_MS);
  return () => {
    ended.abort();
    clearInterval(timer);
  };
}

export async function stopChaos(): Promise<void> {
  await call("DeleteChaos", { appId: appId.value });
  await loadSandbox();
}

/** How a clock differs from that of the machine, such as `2 h ahead` or `frozen at 14:02:11`; null if it does not. */
export function shiftOf({ frozen, now, offsetSeconds }: ClockState): string | null {
  if (frozen) return `frozen at ${shortTime(now)}`;
  const shift = Math.round(offsetSeconds);
  return shift ? `${span(Math.abs(shift))} ${shift > 0 ? "ahead" : "behind"}` : null;
}
