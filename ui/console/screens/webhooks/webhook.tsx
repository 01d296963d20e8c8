// One webhook: its target, secret and health, its actions, and its deliveries.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { Menu } from "../../parts/menu";
import { Empty } from "../../parts/errors";
import { CopyButton, Id, Secret } from "../../parts/values";
import { go, linkTo } from "../../routes";
import { isViewer } from "../../session";
import { EVENT_TYPES } from "../../stores/events";
import { healthOf, shortTriggers } from "../../stores/health";
import { sandbox } from "../../stores/sandbox";
import { deleteHook, type Hook, hooksLoaded, loadHooks, NewestDeliveries } from "../../stores/webhooks";
import { TriggerDialog } from "../events/trigger";
import { Deliveries } from "./deliveries";
import { HealthFigures } from "./health";
import { WebhookForm } from "./webhook-form";

type Opened = "test" | "edit" | "delete" | null;

/** Deliveries of a webhook that was deleted remain for some days, so `hook` may be null. */
export function WebhookView({ id, hook }: { id: string; hook: Hook | null }) {
  const newest = useMemo(() => new NewestDeliveries(id), [id]);
  useEffect(() => void newest.load().catch(() => undefined), [newest]);
  const opened = useSignal<Opened>(null);
  const isGone = hooksLoaded.value && hook === null;
  return (
    <>
      <div class="bar">
        <a class="back-link" href={linkTo("webhooks")} aria-label="All webhooks">‹ Webhooks</a>
        <h1 class="truncate">{hook?.webhook.target ?? (isGone ? "Deleted webhook" : "Webhook")}</h1>
        {hook && <CopyButton text={hook.webhook.target} />}
        <span class="spread" />
        {hook && !isViewer.value && <Actions onOpen={(what) => (opened.value = what)} />}
      </div>
      {hook && <Dialogs hook={hook} opened={opened} />}
      {isGone && <p class="notice webhook-note">This webhook was deleted. Its deliveries are kept for some days, and cannot be sent again.</p>}
      {hook && <Facts hook={hook} newest={newest} />}
      {hook || isGone ? <Deliveries webhookId={id} canResend={hook !== null} onChange={(changed) => newest.put(changed)} /> : <Empty title="Loading…" />}
    </>
  );
}

function Facts({ hook: { webhook, integration }, newest }: { hook: Hook; newest: NewestDeliveries }) {
  const full = [webhook.includeFullUser && "full users", webhook.includeFullSource && "full sources"].filter(Boolean);
  return (
    <details class="facts-box" open={!matchMedia("(max-width: 699px)").matches}>
      <summary>Details</summary>
      <dl class="delivery-facts">
        <div><dt>Triggers</dt><dd>{shortTriggers(webhook.triggers, EVENT_TYPES).join(", ")}</dd></div>
        <div><dt>Deliveries</dt><dd>{newest.loaded.value ? <HealthFigures health={healthOf(newest.byWebhook.value.get(webhook.id) ?? [])} /> : "Loading…"}</dd></div>
        <div><dt>Secret</dt><dd><Secret value={webhook.secret} /></dd></div>
        <div><dt>Integration</dt><dd><bdi class="truncate">{integration.displayName || "Unnamed"}</bdi></dd></div>
        <div><dt>Webhook ID</dt><dd><Id value={webhook.id} /></dd></div>
        {full.length > 0 && <div><dt>Includes</dt><dd>{full.join(", ")}</dd></div>}
      </dl>
    </details>
  );
}

function Actions({ onOpen }: { onOpen: (what: Opened) => void }) {
  return (
    <>
      {sandbox.value.exists && <Button onPress={() => onOpen("test")}>Send test event</Button>}
      <Button onPress={() => onOpen("edit")}>Edit</Button>
      <Menu label="More actions" icon="ellipsis" items={[{ text: "Delete webhook…", onPress: () => onOpen("delete") }]} />
    </>
  );
}

function Dialogs({ hook, opened }: { hook: Hook; opened: Signal<Opened> }) {
  const close = (): void => void (opened.value = null);
  if (opened.value === "test") return <TriggerDialog hook={hook} onClose={close} />;
  if (opened.value === "edit") return <WebhookForm hook={hook} onClose={close} onDone={() => undefined} />;
  if (opened.value === "delete") return <DeleteDialog hook={hook} onClose={close} />;
  return null;
}

function DeleteDialog({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const remove = async (): Promise<void> => {
    await deleteHook(hook);
    go(linkTo("webhooks"));
    await loadHooks();
  };
  return (
    <Confirm title={`Delete the webhook ${hook.webhook.target}?`} action="Delete" onClose={onClose} onConfirm={remove}>
      <p>It receives no more events. Pending deliveries are not sent.</p>
    </Confirm>
  );
}
