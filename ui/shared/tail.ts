// New rows of a live list: they are shown immediately, or wait while the user reads.
import { computed, signal } from "@preact/signals";

/** If more rows arrive in a second, only their number is shown. */
const BUSY_PER_SECOND = 50;
const SECOND_MS = 1000;
/** The number of waiting rows changes at most this often. */
const COUNT_MS = 250;
/** If more rows wait, the list is loaded again instead. */
const MOST_HELD = 500;

export interface TailOptions<T> {
  show: (rows: T[]) => void;
  /** Load the list again, because some of the waiting rows were not kept. */
  reload: () => void;
}

export class Tail<T> {
  /** The number of rows that wait. */
  readonly waiting = signal(0);
  readonly paused = signal(false);
  /** Whether the newest rows are out of view. */
  readonly scrolled = signal(false);
  readonly busy = signal(false);
  private readonly holds = computed(() => this.paused.value || this.scrolled.value || this.busy.value);
  private held: T[] = [];
  private count = 0;
  private secondBegan = -Infinity;
  private inSecond = 0;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly options: TailOptions<T>, private readonly now: () => number = () => performance.now()) {}

  /** Add rows, newest first. */
  add(rows: T[]): void {
    if (!rows.length) return;
    this.measure(rows.length);
    if (!this.holds.value) return this.options.show(rows);
    this.count += rows.length;
    this.held = [...rows, ...this.held].slice(0, MOST_HELD);
    if (this.waiting.value === 0) this.waiting.value = this.count;
    else this.later("count", COUNT_MS, () => (this.waiting.value = this.count));
  }

  pause(paused: boolean): void {
    this.paused.value = paused;
    this.releaseUnlessHolding();
  }

  scroll(away: boolean): void {
    if (this.scrolled.value === away) return;
    this.scrolled.value = away;
    this.releaseUnlessHolding();
  }

  /** Show the rows that wait. */
  release(): void {
    const rows = this.held;
    const all = this.count === rows.length;
    this.forget();
    if (!all) this.options.reload();
    else if (rows.length) this.options.show(rows);
  }

  /** Drop the rows that wait: the list is being loaded again. */
  forget(): void {
    this.held = [];
    this.count = 0;
    this.waiting.value = 0;
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private releaseUnlessHolding(): void {
    if (!this.holds.value) this.release();
  }

  private measure(count: number): void {
    const now = this.now();
    if (now - this.secondBegan >= SECOND_MS) {
      this.secondBegan = now;
      this.inSecond = 0;
    }
    this.inSecond += count;
    if (this.inSecond <= BUSY_PER_SECOND) return;
    this.busy.value = true;
    this.later("calm", SECOND_MS, () => this.calm());
  }

  private calm(): void {
    if (this.now() - this.secondBegan < SECOND_MS && this.inSecond > BUSY_PER_SECOND)
      return this.later("calm", SECOND_MS, () => this.calm());
    this.busy.value = false;
    this.releaseUnlessHolding();
  }

  /** Run an action after a delay, unless the same action is scheduled already. */
  private later(what: string, milliseconds: number, action: () => void): void {
    if (this.timers.has(what)) return;
    this.timers.set(what, setTimeout(() => {
      this.timers.delete(what);
      action();
    }, milliseconds));
  }
}
