// The apps that the session has access to.
import { computed, signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { App } from "../../shared/operations";
import { appId } from "../routes";
import { session } from "../session";

export const apps = signal<App[]>([]);
export const app = computed(() => apps.value.find((one) => one.id === appId.value) ?? null);

/** Rejects with an `ApiError`. */
export async function loadApps(): Promise<void> {
  const own = session.value?.appId;
  if (own) apps.value = [(await call("GetApp", { appId: own })).app];
  else apps.value = (await call("ListApps", {}, { query: { page: { size: 100 } } })).apps;
}
