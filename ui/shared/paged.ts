// A list that is loaded page by page, and to which live entries are added.
import { computed, signal } from "@preact/signals";
import { ApiError } from "./api";
import type { PageMeta } from "./operations";

/** A cursor after all ids: the page before it is the newest one. */
export const NEWEST = "f".repeat(24);
const LIMIT = 5000;

export interface Page<T> {
  items: T[];
  /** The cursor of the next page; null after the last one. */
  next: string | null;
}

/** The page, newest first, from a response that lists the entries before a cursor oldest first. */
export function newestFirst<T>(items: T[], meta: PageMeta): Page<T> {
  return { items: items.toReversed(), next: (meta.hasMore && meta.beforeCursor) || null };
}

export function inOrder<T>(items: T[], meta: PageMeta): Page<T> {
  return { items, next: (meta.hasMore && meta.afterCursor) || null };
}

const PAGES_WITHOUT_MATCH = 10;

/** The first non-empty page from a cursor on: a filter examines a limited number of entries for each page. */
export async function firstMatches<T>(cursor: string, fetchPage: (cursor: string) => Promise<Page<T>>): Promise<Page<T>> {
  let page = await fetchPage(cursor);
  for (let count = 1; !page.items.length && page.next !== null && count < PAGES_WITHOUT_MATCH; count += 1) page = await fetchPage(page.next);
  return page;
}

type FetchPage<T> = (cursor: string | null) => Promise<Page<T>>;

/** Several lists as one: each list begins after the end of the previous list. */
export function inTurn<T>(lists: readonly FetchPage<T>[]): FetchPage<T> {
  const read = async (index: number, cursor: string | null): Promise<Page<T>> => {
    const page = (await lists[index]?.(cursor)) ?? { items: [], next: null };
    if (page.next !== null) return { items: page.items, next: `${index} ${page.next}` };
    if (index + 1 >= lists.length) return page;
    return page.items.length ? { items: page.items, next: `${index + 1} ` } : read(index + 1, null);
  };
  return (cursor) => {
    const [index, rest] = (cursor ?? "0 ").split(" ");
    return read(Number(index), rest || null);
  };
}

export class Paged<T> {
  readonly items = signal<T[]>([]);
  readonly loading = signal(false);
  readonly loaded = signal(false);
  readonly error = signal<ApiError | null>(null);
  readonly hasMore = computed(() => this.next.value !== null);
  private readonly next = signal<string | null>(null);
  private generation = 0;
  /** The entries added and removed since the first page was requested; the page may not contain these changes. */
  private added: T[] = [];
  private readonly removed = new Set<string>();

  constructor(
    private readonly fetchPage: FetchPage<T>,
    private readonly idOf: (item: T) => string,
    /** Maximum number of entries that are kept. */
    private readonly limit = LIMIT,
  ) {}

  /** Load the first page. The old entries are shown until it arrives. */
  async load(): Promise<void> {
    this.generation += 1;
    this.added = [];
    this.removed.clear();
    await this.fetch(null, (items) => this.withChanges(items));
  }

  async loadMore(): Promise<void> {
    if (this.loading.value || this.next.value === null || this.items.value.length >= this.limit) return;
    await this.fetch(this.next.value, (items) => this.merged([...this.items.value, ...items]));
  }

  /** Add entries at the beginning; entries that exist already are replaced in place. */
  prepend(items: T[]): void {
    if (this.loading.value) this.added = [...items, ...this.added];
    const known = new Map(this.items.value.map((one) => [this.idOf(one), one]));
    const fresh = items.filter((one) => !known.has(this.idOf(one)));
    for (const one of items) if (known.has(this.idOf(one))) known.set(this.idOf(one), one);
    this.items.value = [...fresh, ...known.values()].slice(0, this.limit);
  }

  /** Replace an entry, if it exists. */
  update(item: T): void {
    const id = this.idOf(item);
    this.items.value = this.items.value.map((one) => (this.idOf(one) === id ? item : one));
  }

  remove(id: string): void {
    if (this.loading.value) this.removed.add(id);
    this.items.value = this.items.value.filter((one) => this.idOf(one) !== id);
  }

  /** The first page with the changes that were made while it was loaded. */
  private withChanges(page: T[]): T[] {
    const known = new Set(page.map((one) => this.idOf(one)));
    const added = this.added.filter((one) => !known.has(this.idOf(one)));
    return this.merged([...added, ...page]).filter((one) => !this.removed.has(this.idOf(one)));
  }

  private merged(items: T[]): T[] {
    return [...new Map(items.map((one) => [this.idOf(one), one])).values()];
  }

  private async fetch(cursor: string | null, place: (items: T[]) => T[]): Promise<void> {
    const generation = this.generation;
    this.loading.value = true;
    try {
      const page = await this.fetchPage(cursor);
      if (generation !== this.generation) return;
      this.items.value = place(page.items);
      this.next.value = page.next;
      this.error.value = null;
      this.loaded.value = true;
    } catch (error) {
      if (generation === this.generation) this.error.value = asApiError(error);
    } finally {
      if (generation === this.generation) this.loading.value = false;
    }
  }
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, "failed", [error instanceof Error ? error.message : String(error)], null);
}
