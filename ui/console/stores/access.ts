// Who has access to an app: its keys, the sessions of the console, and sign-in links.
import { call, serverUrl } from "../../shared/api";
import type { AppKey, ConsoleSession, TicketCreateBody } from "../../shared/operations";
import { newestFirst, NEWEST, Paged } from "../../shared/paged";
import { appId } from "../routes";
import { type UsedKey, withUses } from "./key-uses";

/** The keys of the app. Rejects with status 403 in a session of an app key. */
export async function loadKeys(): Promise<UsedKey<AppKey>[]> {
  return withUses((await call("ListAppKeys", { appId: appId.value })).keys);
}

export async function createKey(displayName: string): Promise<AppKey> {
  return (await call("CreateAppKey", { appId: appId.value }, { body: { displayName } })).key;
}

export async function revokeKey(keyId: string): Promise<void> {
  await call("DeleteAppKey", { appId: appId.value, keyId });
}

/** The sessions that the present one may see, newest first. */
export function sessionPages(): Paged<ConsoleSession> {
  return new Paged(async (cursor) => {
    const query = { page: { size: 50, before: cursor ?? NEWEST } };
    const found = await call("ListConsoleSessions", {}, { query });
    return newestFirst(found.sessions, found.meta);
  }, (one) => one.id);
}

export async function endSession(sessionId: string): Promise<void> {
  await call("RevokeConsoleSession", { sessionId });
}

export interface SignInLink {
  url: string;
  expiresAt: string;
}

/** A link that signs one person in, once. */
export async function createSignInLink(body: TicketCreateBody): Promise<SignInLink> {
  const { ticket, expiresAt } = await call("CreateConsoleTicket", {}, { body });
  return { url: `${serverUrl}/console/#ticket=${ticket}`, expiresAt };
}
