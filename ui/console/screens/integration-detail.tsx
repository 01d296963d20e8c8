// One integration: its fields, its webhooks and its keys.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { CustomIntegration } from "../../shared/operations";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { FormDialog } from "../parts/dialog";
import { ErrorNote, say } from "../parts/errors";
import { TextField } from "../parts/fields";
import { KeyList } from "../parts/key-list";
import { KindFields } from "../parts/kind-fields";
import { Record, Records, Section } from "../parts/records";
import { Id } from "../parts/values";
import { linkTo, select } from "../routes";
import { isViewer } from "../session";
import { changesOf, fieldsToChange, type Integration, kindOf, valuesOf } from "../stores/integration-kinds";
import { createIntegrationKey, deleteIntegration, loadIntegration, loadIntegrationKeys, revokeIntegrationKey, updateIntegration } from "../stores/integrations";
import { Loaded } from "../stores/loaded";

type Question = "edit" | "delete" | null;

interface Props {
  id: string;
  onChange: (one: Integration) => void;
  onGone: () => void;
}

export function IntegrationDetail({ id, onChange, onGone }: Props) {
  const integration = useMemo(() => new Loaded(() => loadIntegration(id)), [id]);
  const question = useSignal<Question>(null);
  useEffect(() => void integration.load(), [integration]);
  const found = integration.value.value;
  if (integration.error.value) return <div class="detail"><Close /><ErrorNote error={integration.error.value} onRetry={() => integration.load()} /></div>;
  if (!found) return <div class="detail"><p class="faint">Loading…</p></div>;
  const close = (): void => void (question.value = null);
  return (
    <article class="detail" aria-label={nameOf(found)}>
      <Head one={found} question={question} />
      <Facts one={found} />
      {found.type === "custom" && <Webhooks one={found} />}
      {found.type === "custom" && <KeyList inDetail title="Keys of this integration" about="Such a key reaches the webhooks of this integration, and conversations that it controls."
        load={() => loadIntegrationKeys(id)} create={(name) => createIntegrationKey(id, name)} revoke={(keyId) => revokeIntegrationKey(id, keyId)} />}
      {question.value === "edit" && <Edit one={found} onClose={close} onDone={(next) => {
        integration.set(next);
        onChange(next);
      }} />}
      {question.value === "delete" && <Delete one={found} onClose={close} onDone={() => {
        onGone();
        select(null);
      }} />}
    </article>
  );
}

function nameOf(one: Integration): string {
  return one.displayName || kindOf(one.type).title;
}

function Close() {
  return <div class="row"><span class="spread" /><Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} /></div>;
}

function Head({ one, question }: { one: Integration; question: Signal<Question> }) {
  return (
    <div class="detail-head">
      <h2 class="spread detail-title" dir="auto">{nameOf(one)}</h2>
      {!isViewer.value && (
        <span class="row detail-actions">
          <Button icon="pencil" onPress={() => (question.value = "edit")}>Edit</Button>
          <Button kind="danger" onPress={() => (question.value = "delete")}>Delete…</Button>
        </span>
      )}
      <Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} />
    </div>
  );
}

function Facts({ one }: { one: Integration }) {
  const kind = kindOf(one.type);
  const values = one as unknown as { [name: string]: unknown };
  const shown = kind.fields.filter(({ name, credential }) => !credential && values[name] !== undefined);
  return (
    <dl class="properties">
      <dt>Type</dt><dd>{kind.title} <span class="muted">{kind.about}</span></dd>
      <dt>Integration ID</dt><dd><Id value={one.id} full /></dd>
      {one.status && <><dt>Status</dt><dd>{one.status}</dd></>}
      {"defaultResponder" in one && one.defaultResponder && <><dt>Default responder</dt><dd dir="auto">{one.defaultResponder.name}{one.defaultResponder.inherited && " (of the switchboard)"}</dd></>}
      {shown.map(({ name, label }) => <><dt key={name}>{label}</dt><dd dir="auto">{textOf(values[name])}</dd></>)}
    </dl>
  );
}

function textOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function Webhooks({ one }: { one: CustomIntegration }) {
  return (
    <Section inDetail title="Webhooks" actions={<a class="button small" href={linkTo("webhooks")}>Manage webhooks</a>}>
      <Records label="Webhooks of this integration">
        {one.webhooks.map((webhook) => (
          <Record key={webhook.id} title={<a href={linkTo("webhooks", { id: webhook.id })}>{webhook.target}</a>}>
            <span>{webhook.triggers.includes("*") ? "all events" : webhook.triggers.join(", ")}</span>
            <Id value={webhook.id} />
          </Record>
        ))}
      </Records>
      {one.webhooks.length === 0 && <p class="muted">No webhooks</p>}
    </Section>
  );
}

function Edit({ one, onClose, onDone }: { one: Integration; onClose: () => void; onDone: (one: Integration) => void }) {
  const fields = fieldsToChange(one);
  const before = valuesOf(fields, one);
  const name = useSignal(one.displayName ?? "");
  const values = useSignal(before);
  const submit = async (): Promise<void> => {
    onDone(await updateIntegration(one.id, { ...changesOf(fields, before, values.value), displayName: name.value.trim() || null }));
    say("Saved");
  };
  return (
    <FormDialog title={`Edit ${nameOf(one)}`} action="Save" onClose={onClose} onSubmit={submit}>
      <TextField label="Name" value={name.value} maxLength={100} focused onInput={(value) => (name.value = value)} />
      <KindFields fields={fields} values={values.value} onChange={(next) => (values.value = next)} />
    </FormDialog>
  );
}

function Delete({ one, onClose, onDone }: { one: Integration; onClose: () => void; onDone: () => void }) {
  return (
    <Confirm title={`Delete the integration “${nameOf(one)}”?`} action="Delete integration" onClose={onClose} onConfirm={async () => {
      await deleteIntegration(one.id);
      say(`${nameOf(one)} was deleted`);
      onDone();
    }}>
      <p>{one.type === "custom" ? "Its keys stop working, and its webhooks receive nothing more." : "Clients of this integration become inactive."} It cannot be undone.</p>
    </Confirm>
  );
}
