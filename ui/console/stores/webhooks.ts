// The webhooks of an app, and how well they receive their deliveries.
import { computed, signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type { CustomIntegration, Delivery, Listener, Webhook, WebhookCreateBody } from "../../shared/operations";
import { asApiError, NEWEST } from "../../shared/paged";
import { appId } from "../routes";

export interface Hook {
  webhook: Webhook;
  integration: CustomIntegration;
}

export const hooks = signal<Hook[]>([]);
/** All custom integrations, also those without a webhook. */
export const integrations = signal<CustomIntegration[]>([]);
export const hooksLoaded = signal(false);
export const hooksError = signal<ApiError | null>(null);
let loadedFor = "";

/** Load the webhooks. The old ones are shown until they arrive. */
export async function loadHooks(): Promise<void> {
  const app = appId.value;
  if (app !== loadedFor) forget();
  try {
    const found = await customIntegrations(app);
    if (app !== appId.value) return;
    loadedFor = app;
    integrations.value = found;
    hooks.value = found.flatMap((integration) => integration.webhooks.map((webhook) => ({ webhook, integration })));
    hooksLoaded.value = true;
    hooksError.value = null;
  } catch (error) {
    hooksError.value = asApiError(error);
  }
}

function forget(): void {
  hooks.value = [];
  integrations.value = [];
  hooksLoaded.value = false;
}

async function customIntegrations(app: string): Promise<CustomIntegration[]> {
  const found: CustomIntegration[] = [];
  let after: string | undefined;
  do {
    const query = { page: { after, size: 100 }, filter: { types: "custom" } };
    const page: { integrations: { type: string }[]; meta: { hasMore: boolean; afterCursor?: string } } =
      await call("ListIntegrations", { appId: app }, { query });
    found.push(...page.integrations.filter((one): one is CustomIntegration => one.type === "custom"));
    after = page.meta.hasMore ? page.meta.afterCursor : undefined;
  } while (after);
  return found;
}

/** Create a webhook of an integration, or of a new custom integration with this name. */
export async function createHook(body: WebhookCreateBody, integration: { id: string } | { name: string }): Promise<Webhook> {
  const app = { appId: appId.value };
  if ("id" in integration) return (await call("CreateWebhook", { ...app, integrationId: integration.id }, { body })).webhook;
  const displayName = integration.name || null;
  const made = (await call("CreateIntegration", app, { body: { type: "custom", displayName, webhooks: [body] } })).integration;
  return (made as CustomIntegration).webhooks[0]!;
}

export async function changeHook({ webhook, integration }: Hook, body: WebhookCreateBody): Promise<void> {
  await call("UpdateWebhook", { appId: appId.value, integrationId: integration.id, webhookId: webhook.id }, { body });
}

export async function deleteHook({ webhook, integration }: Hook): Promise<void> {
  await call("DeleteWebhook", { appId: appId.value, integrationId: integration.id, webhookId: webhook.id });
}

const PAGE = 100;
const PAGES = 10;

/** The newest deliveries, at most 1,000: of one webhook, or of all. */
export class NewestDeliveries {
  readonly loaded = signal(false);
  private readonly known = signal<ReadonlyMap<string, Delivery>>(new Map());
  readonly byWebhook = computed(() => Map.groupBy(this.known.value.values(), (one) => one.webhookId));

  constructor(private readonly webhookId?: string) {}

  async load(): Promise<void> {
    let before: string | undefined = NEWEST;
    for (let page = 0; page < PAGES && before; page += 1) {
      const query = { page: { before, size: PAGE }, filter: { webhookId: this.webhookId } };
      const found: { deliveries: Delivery[]; meta: { hasMore: boolean; beforeCursor?: string } } =
        await call("ListDeliveries", { appId: appId.value }, { query });
      this.put(found.deliveries);
      before = found.meta.hasMore ? found.meta.beforeCursor : undefined;
    }
    this.loaded.value = true;
  }

  /** Update deliveries with their new state. */
  put(deliveries: Delivery[]): void {
    const next = new Map([...this.known.value, ...deliveries.map((one): [string, Delivery] => [one.id, one])]);
    const ids = [...next.keys()].sort().slice(-PAGES * PAGE);
    this.known.value = next.size > ids.length ? new Map(ids.map((id) => [id, next.get(id)!])) : next;
  }
}

/** Programs that follow the event stream. */
export async function loadListeners(): Promise<Listener[]> {
  return (await call("ListListeners", { appId: appId.value })).listeners;
}
