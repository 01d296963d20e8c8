// The order of deliveries: those of a conversation or a user to one webhook are sent one after the other.
import type { Delivery } from "../../shared/operations";

/** The delivery among the given ones that must be settled before this delivery is sent; null if this one is next. */
export function waitsFor(delivery: Delivery, among: readonly Delivery[]): Delivery | null {
  if (delivery.status !== "pending") return null;
  const before = among.filter((one) => one.status === "pending" && one.webhookId === delivery.webhookId &&
    one.conversationId === delivery.conversationId && one.userId === delivery.userId && one.eventId < delivery.eventId);
  return before.reduce<Delivery | null>((first, one) => (first && first.eventId < one.eventId ? first : one), null);
}
