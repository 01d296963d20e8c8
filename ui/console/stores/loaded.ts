// A value that is loaded once, and reloaded after changes.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";

export class Loaded<T> {
  private readonly found = signal<T | null>(null);
  private readonly failure = signal<ApiError | null>(null);
  private generation = 0;

  constructor(private readonly fetchValue: () => Promise<T>) {}

  get value(): ReadonlySignal<T | null> {
    return this.found;
  }

  get error(): ReadonlySignal<ApiError | null> {
    return this.failure;
  }

  /** Load the value. The old value is shown until the response arrives. */
  async load(): Promise<void> {
    const generation = (this.generation += 1);
    try {
      const value = await this.fetchValue();
      if (generation === this.generation) this.set(value);
    } catch (error) {
      if (generation === this.generation) this.failure.value = asApiError(error);
    }
  }

  set(value: T): void {
    this.found.value = value;
    this.failure.value = null;
  }
}
