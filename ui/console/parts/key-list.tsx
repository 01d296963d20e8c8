// API keys of an app or of an integration: their secrets, a new one, and revoking.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { ApiError } from "../../shared/api";
import { isViewer, session } from "../session";
import { Loaded } from "../stores/loaded";
import { Button } from "./button";
import { Confirm } from "./confirm";
import { Dialog, FormDialog } from "./dialog";
import { ErrorNote, say } from "./errors";
import { TextField } from "./fields";
import { Record, Records, Section } from "./records";
import { Id, Secret, Time } from "./values";

interface Key {
  id: string;
  displayName: string;
  secret: string;
  lastUsedAt?: string;
}

interface Props {
  title: string;
  about: string;
  inDetail?: boolean;
  load: () => Promise<Key[]>;
  create: (name: string) => Promise<Key>;
  revoke: (id: string) => Promise<unknown>;
  /** The contents to show instead of an error. */
  explain?: (error: ApiError) => ComponentChildren;
}

const LIMIT = 10;

export function KeyList({ title, about, inDetail, load, create, revoke, explain }: Props) {
  const keys = useMemo(() => new Loaded(load), []);
  const creating = useSignal(false);
  const created = useSignal<Key | null>(null);
  const revoking = useSignal<Key | null>(null);
  useEffect(() => void keys.load(), [keys]);
  const found = keys.value.value;
  const isFull = (found?.length ?? 0) >= LIMIT;
  return (
    <Section title={title} inDetail={inDetail} actions={found && !isViewer.value && (
      <Button small icon="plus" onPress={() => (creating.value = true)} disabledBecause={isFull && `There are at most ${LIMIT} keys`}>Create key</Button>
    )}>
      <p class="muted">{about}</p>
      {keys.error.value && (explain?.(keys.error.value) ?? <ErrorNote error={keys.error.value} onRetry={() => keys.load()} />)}
      {!found && !keys.error.value && <p class="faint">Loading…</p>}
      {found?.length === 0 && <p class="muted">No keys yet</p>}
      <Records label={title}>
        {found?.map((one) => <KeyRecord key={one.id} one={one} onRevoke={() => (revoking.value = one)} />)}
      </Records>
      {creating.value && <CreateKey create={create} onClose={() => (creating.value = false)} onDone={(one) => {
        created.value = one;
        void keys.load();
      }} />}
      {created.value && <CreatedKey one={created.value} onClose={() => (created.value = null)} />}
      {revoking.value && <RevokeKey one={revoking.value} revoke={revoke} onClose={() => (revoking.value = null)} onDone={() => keys.load()} />}
    </Section>
  );
}

function KeyRecord({ one, onRevoke }: { one: Key; onRevoke: () => void }) {
  return (
    <Record title={<><span dir="auto">{one.displayName}</span>{one.id === session.value?.keyId && <span class="badge">your session</span>}</>}
      actions={!isViewer.value && <Button small kind="danger" onPress={onRevoke}>Revoke…</Button>}>
      <span class="row"><span class="fact">Key ID</span><Id value={one.id} /></span>
      <span class="row"><span class="fact">Secret</span><Secret value={one.secret} /></span>
      <span class="row"><span class="fact">Last used</span>{one.lastUsedAt ? <Time value={one.lastUsedAt} /> : "never"}</span>
    </Record>
  );
}

function CreateKey(props: { create: (name: string) => Promise<Key>; onClose: () => void; onDone: (key: Key) => void }) {
  const name = useSignal("");
  const submit = async (): Promise<void> => props.onDone(await props.create(name.value.trim()));
  return (
    <FormDialog title="Create key" action="Create key" onClose={props.onClose} onSubmit={submit}>
      <TextField label="Name" value={name.value} required focused maxLength={100} hint="What uses the key, such as “Order bot”"
        onInput={(value) => (name.value = value)} />
    </FormDialog>
  );
}

function CreatedKey({ one, onClose }: { one: Key; onClose: () => void }) {
  return (
    <Dialog title={`Key “${one.displayName}”`} onClose={onClose}>
      <dl class="properties">
        <dt>Key ID</dt><dd><Id value={one.id} full /></dd>
        <dt>Secret</dt><dd><Secret value={one.secret} /></dd>
      </dl>
      <div class="dialog-actions"><Button kind="primary" onPress={onClose}>Done</Button></div>
    </Dialog>
  );
}

function RevokeKey(props: { one: Key; revoke: (id: string) => Promise<unknown>; onClose: () => void; onDone: () => unknown }) {
  const { one, revoke, onClose, onDone } = props;
  return (
    <Confirm title={`Revoke the key “${one.displayName}”?`} action="Revoke key" onClose={onClose} onConfirm={async () => {
      await revoke(one.id);
      say(`${one.displayName} was revoked`);
      void onDone();
    }}>
      <p>Requests with this key fail within one second. Console sessions that began with it end{one.id === session.value?.keyId && ", yours included"}. It cannot be undone.</p>
    </Confirm>
  );
}
