// When API keys were last used.
import { call } from "../../shared/api";
import { appId } from "../routes";

/** A key with the time of its last use, if it was used. */
export type UsedKey<K> = K & { lastUsedAt?: string };

/** The keys of the app or of an integration, with the times of their last uses. */
export async function withUses<K extends { id: string }>(keys: K[], integrationId?: string): Promise<UsedKey<K>[]> {
  const found = await call("ListKeys", { appId: appId.value }, { query: { filter: { integrationId } } });
  const uses = new Map(found.keys.map((one) => [one.id, one.lastUsedAt]));
  return keys.map((one) => ({ ...one, lastUsedAt: uses.get(one.id) }));
}
