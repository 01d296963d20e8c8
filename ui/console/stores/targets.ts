// The URLs of webhooks, for lists of deliveries.
import { computed } from "@preact/signals";
import { serverUrl } from "../../shared/api";
import { hooks, loadHooks } from "./webhooks";

/** The URLs of webhooks by their ids. */
export const targets = computed<ReadonlyMap<string, string>>(() => new Map(hooks.value.map(({ webhook }) => [webhook.id, webhook.target])));
/** Webhooks that were deleted. */
const unknown = new Set<string>();
let loading: Promise<void> | null = null;

/** Load the webhooks if one of these ids is not known yet. */
export async function knowTargets(webhookIds: readonly string[]): Promise<void> {
  const missing = webhookIds.filter((one) => !targets.value.has(one) && !unknown.has(one));
  if (!missing.length) return;
  loading ??= loadHooks().finally(() => (loading = null));
  await loading;
  for (const one of missing) if (!targets.value.has(one)) unknown.add(one);
}

/** A webhook in short: `hook.test`, or `inbox` for one of the server's own inboxes. */
export function targetName(target: string | undefined): string {
  if (target === undefined) return "webhook";
  const [, inbox] = target.startsWith(`${serverUrl}/_inbox/`) ? /\/_inbox\/[^/]+\/([^/?]+)/.exec(target) ?? [] : [];
  if (inbox !== undefined) return inbox === "default" ? "inbox" : `inbox ${inbox}`;
  return URL.canParse(target) ? new URL(target).host : target;
}
