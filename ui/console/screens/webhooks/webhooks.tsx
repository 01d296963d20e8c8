// Webhooks: all of them with their health, or one with its deliveries.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { serverUrl } from "../../../shared/api";
import type { Delivery } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { attempt, Empty, ErrorNote } from "../../parts/errors";
import { List } from "../../parts/list";
import { appId, go, linkTo, route, select } from "../../routes";
import { isViewer } from "../../session";
import { loadDelivery } from "../../stores/deliveries";
import { EVENT_TYPES } from "../../stores/events";
import { healthOf, shortTriggers } from "../../stores/health";
import { sandbox } from "../../stores/sandbox";
import { createHook, type Hook, hooks, hooksError, hooksLoaded, loadHooks, NewestDeliveries } from "../../stores/webhooks";
import { HealthFigures } from "./health";
import { Listeners } from "./listeners";
import { WebhookForm } from "./webhook-form";
import { WebhookView } from "./webhook";

export function Webhooks() {
  const { id, query } = route.value;
  const delivery = query.get("delivery");
  useEffect(() => void loadHooks(), [appId.value]);
  useEffect(() => {
    // Search results name a delivery without its webhook.
    if (!id && delivery) void attempt(async () => {
      const { webhookId } = await loadDelivery(delivery);
      go(linkTo("webhooks", { id: webhookId, query: { delivery } }), { replace: true });
    });
  }, [id, delivery]);
  if (hooksError.value && !hooksLoaded.value) return <div class="page"><ErrorNote error={hooksError.value} onRetry={loadHooks} /></div>;
  return id ? <WebhookView key={id} id={id} hook={hooks.value.find((one) => one.webhook.id === id) ?? null} /> : <Overview />;
}

function Overview() {
  const creating = useSignal(false);
  const newest = useMemo(() => new NewestDeliveries(), []);
  useEffect(() => void newest.load().catch(() => undefined), [newest]);
  const isEmpty = hooksLoaded.value && hooks.value.length === 0;
  return (
    <>
      <div class="bar">
        <h1>Webhooks</h1>
        <span class="spread" />
        {!isViewer.value && <Button icon="plus" onPress={() => (creating.value = true)}>Create webhook</Button>}
      </div>
      {hooksError.value && <ErrorNote error={hooksError.value} onRetry={loadHooks} />}
      {isEmpty && <NoWebhooks onCreate={() => (creating.value = true)} />}
      <List label="Webhooks" items={hooks.value} idOf={(one) => one.webhook.id} rowHeight={60} onOpen={(one) => select(one.webhook.id)}
        row={(one) => <WebhookLine hook={one} deliveries={newest.loaded.value ? newest.byWebhook.value.get(one.webhook.id) ?? [] : null} />} />
      <Listeners />
      {creating.value && <WebhookForm onClose={() => (creating.value = false)} onDone={(webhook) => select(webhook.id)} />}
    </>
  );
}

function WebhookLine({ hook, deliveries }: { hook: Hook; deliveries: Delivery[] | null }) {
  const { webhook, integration } = hook;
  const triggers = shortTriggers(webhook.triggers, EVENT_TYPES);
  return (
    <>
      <div class="webhook-line spread">
        <span class="webhook-target truncate" title={webhook.target}>{webhook.target}</span>
        <span class="faint truncate">
          {integration.displayName && <><bdi>{integration.displayName}</bdi> · </>}{triggers.join(", ")}
        </span>
      </div>
      {deliveries && <HealthFigures health={healthOf(deliveries)} />}
    </>
  );
}

function NoWebhooks({ onCreate }: { onCreate: () => void }) {
  if (isViewer.value) return <Empty title="No webhooks yet"><p>An operator can create one.</p></Empty>;
  const sendToInbox = (): Promise<unknown> => attempt(async () => {
    const target = `${serverUrl}/_inbox/${appId.value}/default`;
    const made = await createHook({ target, triggers: ["*"] }, { name: "Inbox" });
    await loadHooks();
    select(made.id);
  }, "Webhooks are sent to the inbox");
  return (
    <Empty title="No webhooks yet">
      <p>A webhook calls your server when something happens in the app.</p>
      {sandbox.value.exists
        ? <Button kind="primary" icon="inbox" onPress={sendToInbox}>Send webhooks to the inbox</Button>
        : <Button kind="primary" icon="plus" onPress={onCreate}>Create webhook</Button>}
    </Empty>
  );
}
