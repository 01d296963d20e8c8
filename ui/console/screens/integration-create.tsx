// A form that creates an integration of any type.
import { useSignal } from "@preact/signals";
import type { WebhookCreateBody } from "../../shared/operations";
import { FormDialog } from "../parts/dialog";
import { say } from "../parts/errors";
import { Select, TextField } from "../parts/fields";
import { KindFields } from "../parts/kind-fields";
import { type Trigger, Triggers } from "../parts/triggers";
import { bodyOf, creatable, type FormValues, type Integration, kindOf, valuesOf } from "../stores/integration-kinds";
import { createIntegration, type IntegrationBody } from "../stores/integrations";
import { sandbox } from "../stores/sandbox";

/** Values of a body that the form does not ask for. */
const FIXED: Record<string, object> = { twitter: { tier: "enterprise" } };

export function CreateIntegration({ onClose, onDone }: { onClose: () => void; onDone: (one: Integration) => void }) {
  const type = useSignal("custom");
  const name = useSignal("");
  const values = useSignal<FormValues>({});
  const target = useSignal("");
  const triggers = useSignal<Trigger[]>(["*"]);
  const { title, about, fields } = kindOf(type.value);
  const isCustom = type.value === "custom";
  const submit = async (): Promise<void> => {
    const webhooks: WebhookCreateBody[] = [{ target: target.value.trim(), triggers: triggers.value }];
    const body = { ...FIXED[type.value], ...bodyOf(fields, values.value), ...(isCustom ? { webhooks } : {}) };
    const one = await createIntegration({ ...body, type: type.value, displayName: name.value.trim() || undefined } as IntegrationBody);
    say(`${one.displayName || title} was created`);
    onDone(one);
  };
  return (
    <FormDialog title="Create integration" action="Create integration" onClose={onClose} onSubmit={submit}>
      <Select label="Type" focused value={type.value} choices={creatable({ standIns: sandbox.value.exists })} onChange={(next) => {
        type.value = next;
        values.value = valuesOf(kindOf(next).fields);
      }} />
      <p class="muted">{about}</p>
      <TextField label="Name" value={name.value} maxLength={100} placeholder={title} onInput={(value) => (name.value = value)} />
      <KindFields fields={fields} values={values.value} onChange={(next) => (values.value = next)} />
      {isCustom && (
        <>
          <TextField label="Webhook URL" type="url" required value={target.value} placeholder="https://…" hint="Events are sent here."
            onInput={(value) => (target.value = value)} />
          <Triggers value={triggers.value} onChange={(next) => (triggers.value = next)} />
        </>
      )}
    </FormDialog>
  );
}
