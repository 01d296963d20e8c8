// Finds records of the app by an id or a name.
import { call } from "../../shared/api";
import type { Found } from "../../shared/operations";
import { appId, linkTo } from "../routes";

/** Rejects with an `ApiError`, or if the signal is aborted. */
export async function find(wanted: string, signal: AbortSignal): Promise<Found[]> {
  return (await call("Find", { appId: appId.value }, { query: { q: wanted }, signal })).results;
}

/** The view of a record. */
export function linkToFound({ kind, id, conversationId, userId }: Found): string {
  if (kind === "app") return linkTo("home");
  if (kind === "message") return linkTo("conversations", { id: conversationId ?? null, query: { message: id } });
  if (kind === "participant") return conversationId ? linkTo("conversations", { id: conversationId }) : linkTo("users", { id: userId ?? null });
  if (kind === "delivery") return linkTo("webhooks", { query: { delivery: id } });
  const screens = { conversation: "conversations", event: "events", integration: "integrations", key: "keys", request: "requests", user: "users", webhook: "webhooks" };
  return linkTo(screens[kind], { id: kind === "key" ? null : id });
}
