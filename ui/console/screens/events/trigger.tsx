// Sends test events to receivers: an example of a type with an edited payload, or an event that happened.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { EventRecord } from "../../../shared/operations";
import { FormDialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/errors";
import { Check, Select, TextArea } from "../../parts/fields";
import { appId, go, linkTo } from "../../routes";
import { EVENT_TYPES, type EventType, loadExample, trigger } from "../../stores/events";
import { inboxNames, loadInbox } from "../../stores/inboxes";
import { type Hook, hooks, loadHooks } from "../../stores/webhooks";

const TYPES = EVENT_TYPES.map((one) => [one, one] as const);

interface TriggerProps {
  onClose: () => void;
  /** The webhook that gets the event. The user chooses without one. */
  hook?: Hook;
}

/** An example of an event, which the user edits. */
export function TriggerDialog({ onClose, hook }: TriggerProps) {
  const type = useSignal<EventType>(firstTypeOf(hook));
  const payload = useSignal("");
  const problem = useSignal<string | null>(null);
  const receivers = useSignal<readonly string[]>(hook ? [hook.webhook.id] : []);
  useEffect(() => {
    const wanted = type.value;
    void attempt(async () => {
      const example = await loadExample(wanted);
      if (wanted === type.value) payload.value = JSON.stringify(example, null, 2);
      problem.value = null;
    });
  }, [type.value]);
  const submit = async (): Promise<void> => {
    const parsed = parseObject(payload.value);
    problem.value = parsed === null ? "The payload is not a JSON object." : null;
    if (parsed === null) throw new Error("The payload is not a JSON object.");
    await sendTo(receivers.value, type.value, parsed);
  };
  return (
    <FormDialog wide title={hook ? "Send test event" : "Trigger event"} action="Send" onClose={onClose} onSubmit={submit}>
      <p class="muted">A test event changes nothing in the app. It is a real delivery, with retries and in order.</p>
      <Select label="Type" value={type.value} choices={TYPES} onChange={(value) => (type.value = value as EventType)} />
      <TextArea label="Payload" mono rows={14} value={payload.value} problem={problem.value} onInput={(value) => (payload.value = value)} />
      {hook ? <p class="muted">To <code>{hook.webhook.target}</code></p> : <Receivers chosen={receivers} />}
    </FormDialog>
  );
}

/** Sends the payload of an event that happened to other receivers. */
export function SendDialog({ event, onClose }: { event: EventRecord; onClose: () => void }) {
  const receivers = useSignal<readonly string[]>([]);
  return (
    <FormDialog title="Send to…" action="Send" onClose={onClose} onSubmit={() => sendTo(receivers.value, event.type, event.payload)}>
      <p class="muted">Sends the payload of <strong>{event.type}</strong> again as a new test event.</p>
      <Receivers chosen={receivers} />
    </FormDialog>
  );
}

function Receivers({ chosen }: { chosen: Signal<readonly string[]> }) {
  useEffect(() => {
    void loadHooks();
    void loadInbox("default");
  }, []);
  const choose = (name: string, on: boolean): void => {
    chosen.value = on ? [...chosen.value, name] : chosen.value.filter((one) => one !== name);
  };
  const choice = (name: string, label: string) => (
    <Check key={name} label={label} checked={chosen.value.includes(name)} onChange={(on) => choose(name, on)} />
  );
  return (
    <fieldset class="receivers">
      <legend>Receivers</legend>
      {hooks.value.map(({ webhook }) => choice(webhook.id, webhook.target))}
      {directInboxes().map((name) => choice(`inbox:${name}`, `Inbox ${name}`))}
      {choice("listeners", "Listeners: the event stream and heliograph listen")}
    </fieldset>
  );
}

/** The inboxes that no webhook calls; all others get the event through their webhook. */
function directInboxes(): string[] {
  const names = [...new Set(["default", ...inboxNames.value])].sort();
  const isCalled = (name: string): boolean => hooks.value.some(({ webhook }) => webhook.target.endsWith(`/_inbox/${appId.value}/${name}`));
  return names.filter((name) => !isCalled(name));
}

async function sendTo(receivers: readonly string[], type: EventType, payload: Record<string, unknown>): Promise<void> {
  if (!receivers.length) throw new Error("Choose at least one receiver.");
  const { event } = await trigger(type, [...receivers], payload);
  say(`Sent ${type}`);
  // An event that is sent to an inbox only is not an event of the app.
  const [only] = receivers;
  if (receivers.length === 1 && only?.startsWith("inbox:")) go(linkTo("inbox", { query: { name: only.slice("inbox:".length) } }));
  else if (!only || receivers.length > 1 || only === "listeners") go(linkTo("events", { id: event.id }));
}

function firstTypeOf(hook: Hook | undefined): EventType {
  return EVENT_TYPES.find((one) => hook?.webhook.triggers.includes(one)) ?? "conversation:message";
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
