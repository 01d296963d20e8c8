// A list whose new rows appear while it is shown, newest first.
import { signal } from "@preact/signals";
import { type Page, Paged } from "../../shared/paged";
import { Tail } from "../../shared/tail";
import { follow, type Follower } from "./activity";

export abstract class LiveList<T extends { id: string }> {
  /** Ids of rows that have just appeared. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly pages: Paged<T>;
  readonly tail: Tail<T>;

  constructor() {
    this.pages = new Paged((cursor) => this.page(cursor), (one) => one.id);
    this.tail = new Tail({ show: (rows) => this.show(rows), reload: () => void this.pages.load() });
  }

  /** The rows before the cursor, or the newest ones. */
  protected abstract page(cursor: string | null): Promise<Page<T>>;

  /** Load the list and follow the stream until the returned function is called. */
  protected load(follower: Follower): () => void {
    void this.pages.load();
    const unfollow = follow({
      ...follower,
      onReset: () => {
        this.tail.forget();
        void this.pages.load();
      },
    });
    return () => {
      unfollow();
      this.tail.stop();
    };
  }

  /** Add rows. The list may have some of them already, if it was loaded after the stream began. */
  protected add(rows: T[]): void {
    const known = new Set(this.pages.items.value.map((one) => one.id));
    this.tail.add(rows.filter((one) => !known.has(one.id)));
  }

  protected show(rows: T[]): void {
    this.pages.prepend(rows);
    this.fresh.value = new Set(rows.map((one) => one.id));
  }
}
