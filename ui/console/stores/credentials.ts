// The keys of the app, whose ids and secrets programs need.
import { signal } from "@preact/signals";
import type { AppKey } from "../../shared/operations";
import { appId } from "../routes";
import { session } from "../session";
import { loadKeys as listKeys } from "./access";

export const keys = signal<AppKey[]>([]);

/** Load the keys. Only an account key may list them. */
export async function loadKeys(): Promise<void> {
  const app = appId.value;
  keys.value = [];
  if (!session.value?.keyId.startsWith("act_")) return;
  const found = await listKeys().catch(() => []);
  if (app === appId.value) keys.value = found;
}

/** The key that examples use: that of the session, or else the first one of the app. */
export function exampleKey(): { id: string; secret: string | null } {
  const own = keys.value.find((one) => one.id === session.value?.keyId) ?? keys.value[0];
  return own ? { id: own.id, secret: own.secret } : { id: session.value?.keyId ?? "", secret: null };
}
