// What an event is about, in words.
import type { EventRecord } from "../../../shared/operations";
import { shortened } from "../../parts/values";

/** The user of the payload and the conversation, as far as the event has them. */
export function subjectOf({ payload, conversationId, userId }: Pick<EventRecord, "payload" | "conversationId" | "userId">): string {
  const user = nameIn(payload.user) ?? nameIn(payload.message && (payload.message as { author?: unknown }).author);
  const conversation = conversationId && (nameIn(payload.conversation) ?? shortened(conversationId));
  return [user ?? (userId && shortened(userId)), conversation].filter(Boolean).join(" · ");
}

function nameIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { displayName, externalId, userExternalId, profile } = value as Record<string, unknown>;
  const { givenName, surname } = (profile ?? {}) as Record<string, unknown>;
  const full = [givenName, surname].filter((one) => typeof one === "string" && one).join(" ");
  return [full, displayName, externalId, userExternalId].find((one): one is string => typeof one === "string" && one !== "");
}
