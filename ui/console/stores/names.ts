// The names of users, which are loaded in batches when they are shown.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { User } from "../../shared/operations";
import { shortened } from "../parts/values";
import { appId } from "../routes";
import { follow } from "./activity";
import { nameOf as nameOfUser } from "./users";

const AT_ONCE = 100;
const DELAY_MS = 20;
/** Users by their ids; null for those that do not exist. */
const users = signal<ReadonlyMap<string, User | null>>(new Map());
const wanted = new Set<string>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** The user, as soon as it is loaded; null before. */
export function userOf(userId: string): User | null {
  const known = users.value.get(userId);
  if (known === undefined) want(userId);
  return known ?? null;
}

/** The name of a user: that of the profile, or the external id, or else the id in short. */
export function nameOf(userId: string): string {
  const user = userOf(userId);
  const name = user && nameOfUser(user);
  return name && name !== userId ? name : shortened(userId);
}

function want(userId: string): void {
  wanted.add(userId);
  timer ??= setTimeout(() => void load(), DELAY_MS);
}

async function load(): Promise<void> {
  timer = null;
  const ids = [...wanted].slice(0, AT_ONCE);
  for (const id of ids) wanted.delete(id);
  if (wanted.size) timer = setTimeout(() => void load(), DELAY_MS);
  const query = { filter: { ids: ids.join(",") } };
  const found = await call("ListAppUsers", { appId: appId.value }, { query }).catch(() => null);
  if (found === null) return;
  const missing = ids.map((id): [string, User | null] => [id, null]);
  users.value = new Map([...users.value, ...missing, ...found.users.map((one): [string, User] => [one.id, one])]);
}

follow({
  onEvents(events) {
    for (const { type, userId } of events)
      if (type.startsWith("user:") && userId !== undefined && users.value.has(userId)) want(userId);
  },
});
