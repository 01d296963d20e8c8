// A form that creates or changes a webhook.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Webhook } from "../../../shared/operations";
import { FormDialog } from "../../parts/dialog";
import { Check, Select, TextField } from "../../parts/fields";
import { type Trigger, Triggers } from "../../parts/triggers";
import { shortened } from "../../parts/values";
import { changeHook, createHook, type Hook, integrations, loadHooks } from "../../stores/webhooks";

interface Props {
  /** The webhook to change; a new one without it. */
  hook?: Hook;
  target?: string;
  onClose: () => void;
  onDone: (webhook: Webhook) => void;
}

const NEW = "";

export function WebhookForm({ hook, target: given, onClose, onDone }: Props) {
  const target = useSignal(hook?.webhook.target ?? given ?? "");
  const triggers = useSignal<readonly Trigger[]>(hook?.webhook.triggers ?? ["*"]);
  const includeFullUser = useSignal(hook?.webhook.includeFullUser ?? false);
  const includeFullSource = useSignal(hook?.webhook.includeFullSource ?? false);
  const owner = useSignal(NEW);
  const name = useSignal("");
  useEffect(() => void loadHooks(), []);
  const submit = async (): Promise<void> => {
    if (!triggers.value.length) throw new Error("Choose at least one event.");
    const body = {
      target: target.value.trim(), triggers: [...triggers.value],
      includeFullUser: includeFullUser.value, includeFullSource: includeFullSource.value,
    };
    if (hook) await changeHook(hook, body);
    else {
      const made = await createHook(body, owner.value === NEW ? { name: name.value.trim() } : { id: owner.value });
      await loadHooks();
      return onDone(made);
    }
    await loadHooks();
  };
  return (
    <FormDialog wide title={hook ? "Edit webhook" : "Create webhook"} action={hook ? "Save" : "Create"} onClose={onClose} onSubmit={submit}>
      <TextField label="Target URL" type="url" mono required focused value={target.value} hint="Your endpoint, which receives each event as a POST request"
        maxLength={2048} onInput={(value) => (target.value = value)} />
      {!hook && <Owner owner={owner} name={name} />}
      <Triggers value={triggers.value} onChange={(value) => (triggers.value = value)} />
      <Check label="Include full users" checked={includeFullUser.value} onChange={(on) => (includeFullUser.value = on)} />
      <Check label="Include full sources of messages" checked={includeFullSource.value} onChange={(on) => (includeFullSource.value = on)} />
    </FormDialog>
  );
}

function Owner({ owner, name }: { owner: Signal<string>; name: Signal<string> }) {
  const choices = [
    [NEW, "A new custom integration"] as const,
    ...integrations.value.map((one) => [one.id, one.displayName || `Integration ${shortened(one.id)}`] as const),
  ];
  return (
    <>
      {integrations.value.length > 0 && <Select label="Integration" value={owner.value} choices={choices} onChange={(id) => (owner.value = id)} />}
      {owner.value === NEW && <TextField label="Name of the integration" value={name.value} maxLength={100} onInput={(value) => (name.value = value)} />}
    </>
  );
}
