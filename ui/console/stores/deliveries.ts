// Deliveries of events to webhooks, newest first.
import { call } from "../../shared/api";
import type { Delivery } from "../../shared/operations";
import { firstMatches, NEWEST, newestFirst, type Page } from "../../shared/paged";
import { appId } from "../routes";
import { LiveList } from "./live-list";

export interface DeliveryFilter {
  webhookId?: string;
  status?: string;
  eventType?: string;
  conversationId?: string;
}

const PAGE = 100;
const POLL_MS = 1000;
/** Maximum number of failed deliveries that are sent again at once. */
export const MOST_RESENT = 1000;

/** The deliveries that match the filter. New ones appear, and pending ones change, within about a second. */
export class DeliveryList extends LiveList<Delivery> {
  /** The newest delivery that was received, shown or not. */
  private newest = "";
  private stale = false;

  constructor(private readonly filter: DeliveryFilter, private readonly onChange: (changed: Delivery[]) => void = () => undefined) {
    super();
  }

  /** Load the list and keep it up to date until the returned function is called. */
  start(): () => void {
    const stop = this.load({ onEvents: () => (this.stale = true) });
    const timer = setInterval(() => void this.poll().catch(() => undefined), POLL_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  protected override page(cursor: string | null): Promise<Page<Delivery>> {
    return firstMatches(cursor ?? NEWEST, async (before) => {
      const query = { page: { before, size: PAGE }, filter: { ...this.filter } };
      const found = await call("ListDeliveries", { appId: appId.value }, { query });
      return newestFirst(found.deliveries, found.meta);
    });
  }

  /** Load new deliveries, and the pending ones again. */
  async poll(): Promise<void> {
    if (document.hidden || !this.pages.loaded.value) return;
    const stale = this.stale;
    this.stale = false;
    await Promise.all([stale && this.loadNew(), this.loadPending()]);
  }

  /** Show the new state of a delivery. */
  put(changed: Delivery[]): void {
    for (const one of changed) this.pages.update(one);
    if (changed.length) this.onChange(changed);
  }

  private async loadNew(): Promise<void> {
    const shown = this.pages.items.value[0]?.id ?? "0".repeat(24);
    const after = this.newest > shown ? this.newest : shown;
    const query = { page: { after, size: PAGE }, filter: { ...this.filter } };
    const found = await call("ListDeliveries", { appId: appId.value }, { query });
    const fresh = found.deliveries.toReversed();
    if (found.meta.hasMore) {
      this.tail.forget();
      this.newest = "";
      return this.pages.load();
    }
    if (!fresh.length) return;
    this.newest = fresh[0]!.id;
    this.tail.add(fresh);
    this.onChange(fresh);
  }

  private async loadPending(): Promise<void> {
    const pending = this.pages.items.value.filter((one) => one.status === "pending").slice(0, PAGE);
    if (pending.length) this.put(await loadDeliveries(pending.map((one) => one.id)));
  }
}

/** The newest deliveries that match the filter, and the present state of the deliveries that were pending. */
export async function loadChanged(pending: readonly string[], filter: DeliveryFilter = {}): Promise<Delivery[]> {
  const query = { page: { before: NEWEST, size: PAGE }, filter: { ...filter } };
  const { deliveries } = await call("ListDeliveries", { appId: appId.value }, { query });
  const found = new Set(deliveries.map((one) => one.id));
  const older = pending.filter((id) => !found.has(id)).slice(-PAGE);
  return older.length ? [...deliveries, ...(await loadDeliveries(older))] : deliveries;
}

async function loadDeliveries(ids: string[]): Promise<Delivery[]> {
  const query = { filter: { ids: ids.join(",") } };
  return (await call("ListDeliveries", { appId: appId.value }, { query })).deliveries;
}

/** One delivery with its attempts. */
export async function loadDelivery(id: string): Promise<Delivery> {
  return (await call("GetDelivery", { appId: appId.value, deliveryId: id })).delivery;
}

/** Send a settled delivery again, or a pending one now. */
export async function resend(id: string): Promise<Delivery> {
  return (await call("RetryDelivery", { appId: appId.value, deliveryId: id })).delivery;
}

/** The failed deliveries of a webhook that were created since a time, oldest first; at most `MOST_RESENT`. */
export async function loadFailedSince(webhookId: string, since: Date): Promise<Delivery[]> {
  const failed: Delivery[] = [];
  let before: string | undefined = NEWEST;
  while (before && failed.length < MOST_RESENT) {
    const query = { page: { before, size: PAGE }, filter: { webhookId, status: "failed" } };
    const found: { deliveries: Delivery[]; meta: { hasMore: boolean; beforeCursor?: string } } =
      await call("ListDeliveries", { appId: appId.value }, { query });
    failed.unshift(...found.deliveries.filter((one) => Date.parse(one.createdAt) >= since.getTime()));
    const oldest = found.deliveries[0];
    const isOver = oldest !== undefined && Date.parse(oldest.createdAt) < since.getTime();
    before = found.meta.hasMore && !isOver ? found.meta.beforeCursor : undefined;
  }
  return failed.slice(-MOST_RESENT);
}
