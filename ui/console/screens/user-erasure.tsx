// Erases a user with all data that identifies the person, and shows the report.
import { useSignal } from "@preact/signals";
import type { Erasure, KeptData, User } from "../../shared/operations";
import { Button } from "../parts/button";
import { Dialog, FormDialog } from "../parts/dialog";
import { Time } from "../parts/values";
import { eraseUser } from "../stores/people";
import { nameOf } from "../stores/users";
import { count, counted } from "../titles";

interface Props {
  user: User;
  onClose: () => void;
  /** Called after the erasure, when the report is closed. */
  onDone: () => void;
}

export function EraseUser({ user, onClose, onDone }: Props) {
  const erasure = useSignal<Erasure | null>(null);
  const name = nameOf(user);
  if (erasure.value?.status === "finished") return <Report name={name} erasure={erasure.value} onClose={onDone} />;
  const submit = async (): Promise<void> => {
    erasure.value = await eraseUser(user.id, (running) => (erasure.value = running));
  };
  return (
    <FormDialog title={`Erase ${name}?`} action="Erase user" danger stays onClose={onClose} onSubmit={submit}>
      <p>This deletes the user, and removes their personal data from messages, events, deliveries, recorded requests and the history of memberships.</p>
      <p>Messages in groups keep their place and time, with a pseudonym as the author, and lose their contents. It cannot be undone.</p>
      {erasure.value && <p class="muted" role="status">Erasing… {counted(rowsOf(erasure.value), "row")} so far</p>}
    </FormDialog>
  );
}

function rowsOf({ removed, changed }: Erasure): number {
  return [...Object.values(removed), ...Object.values(changed)].reduce((sum, one) => sum + one, 0);
}

function Report({ name, erasure, onClose }: { name: string; erasure: Erasure; onClose: () => void }) {
  const { pseudonym, removed, changed, kept = [] } = erasure;
  return (
    <Dialog title={`${name} was erased`} onClose={onClose}>
      <dl class="properties">
        <dt>Removed</dt><dd>{countsText(removed)}</dd>
        <dt>Changed</dt><dd>{countsText(changed)}</dd>
        <dt>Pseudonym</dt><dd><code>{pseudonym}</code></dd>
      </dl>
      <section class="stack" aria-label="What stays">
        <h3>What stays</h3>
        <dl class="kept">{kept.map((one, index) => <Kept key={index} kept={one} />)}</dl>
      </section>
      <div class="dialog-actions"><Button kind="primary" onPress={onClose}>Done</Button></div>
    </Dialog>
  );
}

function Kept({ kept: { what, why, name, createdAt, count: files } }: { kept: KeptData }) {
  return (
    <>
      <dt>{words(what)} {name && <code>{name}</code>} {createdAt && <Time value={createdAt} />} {files !== undefined && count(files)}</dt>
      {/* Commands are between backticks. */}
      <dd class="muted">{why.split("`").map((text, index) => (index % 2 ? <code key={index}>{text}</code> : text))}</dd>
    </>
  );
}

/** `users: 1, idempotency keys: 2`. */
export function countsText(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([kind, one]) => `${words(kind).toLowerCase()}: ${count(one)}`);
  return parts.join(", ") || "nothing";
}

/** `Idempotency keys` for `idempotencyKeys`. */
function words(name: string): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
