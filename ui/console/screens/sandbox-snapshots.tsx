// Snapshots of the database, with all apps.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, call, download } from "../../shared/api";
import type { Snapshot } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { Button } from "../parts/button";
import { FormDialog } from "../parts/dialog";
import { attempt, ErrorNote, say } from "../parts/errors";
import { TextField } from "../parts/fields";
import { saveFile } from "../parts/save-file";
import { Tool } from "../parts/tool";
import { Time } from "../parts/values";
import { go, linkTo } from "../routes";
import { hidesContents, isViewer, session } from "../session";
import { apps, reloadApps } from "../stores/apps";

const ABOUT = "A snapshot is the state of the whole database: all apps with their keys, conversations, events and pending deliveries.";
const COMMANDS = ["heliograph snapshot save before-checkout", "heliograph snapshot restore before-checkout", "heliograph snapshot export before-checkout state.db", "heliograph snapshot import before-checkout state.db"];

export function SnapshotsTool({ onChange }: { onChange: () => Promise<void> }) {
  return (
    <Tool title="Snapshots" about={ABOUT} commands={COMMANDS}>
      {session.value?.appId
        ? <p class="notice">
          Snapshots contain every app of the server, and this session has access to one app. Sign in with an account
          key, or with the link that&nbsp;<code>heliograph console --account</code>&nbsp;prints.
        </p>
        : <Snapshots onChange={onChange} />}
    </Tool>
  );
}

type Open = { do: "save" | "import" } | { do: "restore" | "delete"; snapshot: Snapshot } | null;

function Snapshots({ onChange }: { onChange: () => Promise<void> }) {
  const found = useSignal<Snapshot[] | null>(null);
  const error = useSignal<ApiError | null>(null);
  const open = useSignal<Open>(null);
  const close = (): void => {
    open.value = null;
  };
  const load = async (): Promise<void> => {
    try {
      found.value = (await call("ListSnapshots", {})).snapshots;
      error.value = null;
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  useEffect(() => void load(), []);
  if (error.value?.status === 400) return <p class="notice">{error.value.titles.join("; ")}.</p>;
  const chosen = open.value;
  return (
    <>
      {error.value && <ErrorNote error={error.value} onRetry={load} />}
      {!isViewer.value && (
        <div class="row wrap">
          <Button icon="plus" onPress={() => (open.value = { do: "save" })}>Save snapshot</Button>
          <Button onPress={() => (open.value = { do: "import" })}>Import a file…</Button>
        </div>
      )}
      {found.value?.length === 0 && <p class="faint">No snapshots yet. Save one before a test, and return to it afterwards.</p>}
      {found.value && found.value.length > 0 && (
        <ul class="snapshots" aria-label="Snapshots">
          {found.value.map((one) => (
            <li key={one.name}>
              <span class="snapshot-name"><code>{one.name}</code><span class="muted small"><Time value={one.createdAt} /> · {sizeText(one.size)}</span></span>
              {!isViewer.value && (
                <span class="row">
                  <Button small onPress={() => (open.value = { do: "restore", snapshot: one })}>Restore…</Button>
                  {!hidesContents && <Button small kind="quiet" icon="download" label={`Export ${one.name}`} onPress={() => attempt(() => exportFile(one.name))} />}
                  <Button small kind="quiet" icon="trash-2" label={`Delete ${one.name}`} onPress={() => (open.value = { do: "delete", snapshot: one })} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {chosen?.do === "save" && <SaveDialog names={(found.value ?? []).map((one) => one.name)} onSaved={load} onClose={close} />}
      {chosen?.do === "import" && <ImportDialog onImported={load} onClose={close} />}
      {chosen?.do === "restore" && <RestoreDialog snapshot={chosen.snapshot} onRestored={onChange} onClose={close} />}
      {chosen?.do === "delete" && <DeleteDialog snapshot={chosen.snapshot} onDeleted={load} onClose={close} />}
    </>
  );
}

function SaveDialog({ names, onSaved, onClose }: { names: string[]; onSaved: () => Promise<void>; onClose: () => void }) {
  const name = useSignal("");
  const submit = async (): Promise<void> => {
    const { snapshot } = await call("SaveSnapshot", {}, { body: { name: name.value.trim() } });
    say(`Saved ${snapshot.name}, ${sizeText(snapshot.size)}`);
    await onSaved();
  };
  return (
    <FormDialog title="Save a snapshot" action="Save" onClose={onClose} onSubmit={submit}>
      <TextField label="Name" value={name.value} mono required maxLength={64} focused placeholder="before-checkout"
        hint={names.includes(name.value.trim()) ? "The snapshot of this name will be replaced." : "Letters, digits, dots, underscores and hyphens"}
        onInput={(value) => (name.value = value)} />
    </FormDialog>
  );
}

async function exportFile(name: string): Promise<void> {
  saveFile(await download("ExportSnapshot", { snapshotName: name }), `${name}.db`);
  say(`${name}.db has the whole database with its master key: keep it secret`);
}

function ImportDialog({ onImported, onClose }: { onImported: () => Promise<void>; onClose: () => void }) {
  const name = useSignal("");
  const file = useSignal<File | null>(null);
  const choose = (chosen: File | undefined): void => {
    file.value = chosen ?? null;
    name.value ||= chosen?.name.replace(/\.[^.]*$/, "") ?? "";
  };
  const submit = async (): Promise<void> => {
    if (!file.value) throw new Error("Choose a file.");
    const { snapshot } = await call("ImportSnapshot", { snapshotName: name.value.trim() }, { file: file.value });
    say(`Imported ${snapshot.name}, ${sizeText(snapshot.size)}`);
    await onImported();
  };
  return (
    <FormDialog title="Import a snapshot" action="Import" onClose={onClose} onSubmit={submit}>
      <label class="file-field">
        <span>File</span>
        <input type="file" accept=".db" onChange={(event) => choose(event.currentTarget.files?.[0])} />
      </label>
      <TextField label="Name" value={name.value} mono required maxLength={64} onInput={(value) => (name.value = value)}
        hint="A snapshot of the same name will be replaced. Nothing else changes until you restore it." />
    </FormDialog>
  );
}

function RestoreDialog({ snapshot, onRestored, onClose }: { snapshot: Snapshot; onRestored: () => Promise<void>; onClose: () => void }) {
  const submit = async (): Promise<void> => {
    await call("RestoreSnapshot", { snapshotName: snapshot.name });
    say(`Restored ${snapshot.name}`);
    void showRestored(onRestored);
  };
  return (
    <FormDialog title={`Restore ${snapshot.name}?`} action="Restore" danger onClose={onClose} onSubmit={submit}>
      <p>
        All apps of this server return to their state of <Time value={snapshot.createdAt} />. Everything since then is
        lost, with the keys and sessions that were made since, so you may have to sign in again.
      </p>
    </FormDialog>
  );
}

/** Show the restored data. A session that is younger than the snapshot has ended: the page asks to sign in again. */
async function showRestored(onRestored: () => Promise<void>): Promise<void> {
  try {
    await reloadApps();
    await onRestored();
  } catch (failure) {
    const first = apps.value[0];
    if (asApiError(failure).status === 404 && first) go(linkTo("home", { appId: first.id }));
  }
}

function DeleteDialog({ snapshot, onDeleted, onClose }: { snapshot: Snapshot; onDeleted: () => Promise<void>; onClose: () => void }) {
  const submit = async (): Promise<void> => {
    await call("DeleteSnapshot", { snapshotName: snapshot.name });
    await onDeleted();
  };
  return (
    <FormDialog title={`Delete ${snapshot.name}?`} action="Delete" danger onClose={onClose} onSubmit={submit}>
      <p>The snapshot of <Time value={snapshot.createdAt} /> cannot be restored afterwards. The apps do not change.</p>
    </FormDialog>
  );
}

/** `812 kB`, `16.0 MB`. */
function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
