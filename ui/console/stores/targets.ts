// The webhooks of the app by their ids, for lists of deliveries.
import { effect, signal } from "@preact/signals";
import { call, serverUrl } from "../../shared/api";
import { appId } from "../routes";

/** The URLs of webhooks by their ids. */
export const targets = signal<ReadonlyMap<string, string>>(new Map());
/** Webhooks that were deleted, or that are not among those of the first integrations. */
let unknown = new Set<string>();
let loading: Promise<void> | null = null;

effect(() => {
  appId.value; // another app has other webhooks
  targets.value = new Map();
  unknown = new Set();
});

/** Load the URLs if one of these webhooks is not known yet. */
export async function knowTargets(webhookIds: readonly string[]): Promise<void> {
  const missing = webhookIds.filter((one) => !targets.value.has(one) && !unknown.has(one));
  if (!missing.length) return;
  loading ??= load().finally(() => (loading = null));
  await loading;
  for (const one of missing) if (!targets.value.has(one)) unknown.add(one);
}

async function load(): Promise<void> {
  const app = appId.value;
  const query = { filter: { types: "custom" }, page: { size: 100 } };
  const { integrations } = await call("ListIntegrations", { appId: app }, { query });
  const webhooks = integrations.flatMap((one) => (one.type === "custom" ? one.webhooks : []));
  if (app === appId.value) targets.value = new Map(webhooks.map((one) => [one.id, one.target]));
}

/** A webhook in short: `hook.test`, or `inbox` for one of the server's own inboxes. */
export function targetName(target: string | undefined): string {
  if (target === undefined) return "webhook";
  const [, inbox] = target.startsWith(`${serverUrl}/_inbox/`) ? /\/_inbox\/[^/]+\/([^/?]+)/.exec(target) ?? [] : [];
  if (inbox !== undefined) return inbox === "default" ? "inbox" : `inbox ${inbox}`;
  return URL.canParse(target) ? new URL(target).host : target;
}
