// The apps that the session has access to.
import { computed, signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { App, AppUpdateBody } from "../../shared/operations";
import { inOrder } from "../../shared/paged";
import { appId } from "../routes";
import { session } from "../session";

/** The apps that are loaded, oldest first: the one of the session, or pages of all of them. */
export const apps = signal<App[]>([]);
export const hasMoreApps = computed(() => next.value !== null);
export const app = computed(() => apps.value.find((one) => one.id === appId.value) ?? null);

const next = signal<string | null>(null);
/** The session whose apps are loaded. */
export const loadedFor = signal<string | null>(null);

/** Load the apps of the present session, unless they are loaded already. Rejects with an `ApiError`. */
export async function loadApps(): Promise<void> {
  const { id = null } = session.value ?? {};
  if (id === loadedFor.value) return;
  await loadFirst();
  loadedFor.value = id;
}

/** Load the apps again, after a reset or a restore has changed them. Rejects with an `ApiError`. */
export async function reloadApps(): Promise<void> {
  await loadFirst();
  await loadApp(appId.value);
}

async function loadFirst(): Promise<void> {
  const own = session.value?.appId;
  next.value = null;
  if (own) apps.value = [(await call("GetApp", { appId: own })).app];
  else await loadPage([]);
}

export async function loadMoreApps(): Promise<void> {
  if (next.value !== null) await loadPage(apps.value);
}

/** Load the app of the URL, unless it is among the loaded ones. Rejects with an `ApiError`. */
export async function loadApp(id: string): Promise<void> {
  if (apps.value.some((one) => one.id === id)) return;
  add((await call("GetApp", { appId: id })).app);
}

export async function createApp(displayName: string): Promise<App> {
  const { app: created } = await call("CreateApp", {}, { body: { displayName } });
  add(created);
  return created;
}

export async function updateApp(body: AppUpdateBody): Promise<void> {
  const { app: changed } = await call("UpdateApp", { appId: appId.value }, { body });
  apps.value = apps.value.map((one) => (one.id === changed.id ? changed : one));
}

async function loadPage(before: App[]): Promise<void> {
  const query = { page: { size: 100, after: next.value ?? undefined } };
  const found = await call("ListApps", {}, { query });
  const page = inOrder(found.apps, found.meta);
  const ids = new Set(page.items.map((one) => one.id));
  apps.value = [...before.filter((one) => !ids.has(one.id)), ...page.items];
  next.value = page.next;
}

function add(one: App): void {
  if (!apps.value.some((other) => other.id === one.id)) apps.value = [...apps.value, one];
}
