// Sends the failed deliveries of a webhook again.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Delivery } from "../../../shared/operations";
import { localText } from "../../../shared/time";
import { FormDialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/errors";
import { TextField } from "../../parts/fields";
import { loadFailedSince, MOST_RESENT, resend } from "../../stores/deliveries";

interface Props {
  webhookId: string;
  onClose: () => void;
  onResent: (delivery: Delivery) => void;
}

const HOUR_MS = 3_600_000;

export function ResendDialog({ webhookId, onClose, onResent }: Props) {
  const since = useSignal(localText(new Date(Date.now() - HOUR_MS)));
  const failed = useSignal<Delivery[] | null>(null);
  const sent = useSignal(0);
  useEffect(() => {
    const wanted = since.value;
    failed.value = null;
    if (!wanted) return;
    void attempt(async () => {
      const found = await loadFailedSince(webhookId, new Date(wanted));
      if (wanted === since.value) failed.value = found;
    });
  }, [since.value]);
  const submit = async (): Promise<void> => {
    const all = failed.value;
    if (!all?.length) throw new Error("No delivery failed since this time.");
    for (const one of all.slice(sent.value)) {
      const { attempts, ...rest } = await resend(one.id);
      onResent({ ...rest, lastAttempt: attempts?.at(-1) });
      sent.value += 1;
    }
    say(`Resent ${countOf(all.length)}`);
  };
  return (
    <FormDialog title={question(failed.value)} action="Resend" onClose={onClose} onSubmit={submit}>
      <TextField label="Failed since" type="datetime-local" value={since.value} onInput={(value) => (since.value = value)} />
      {failed.value?.length === MOST_RESENT && <p class="muted">Only the newest {MOST_RESENT.toLocaleString()} are sent at once.</p>}
      <p>Your endpoint may receive them twice. Event IDs do not change.</p>
      {sent.value > 0 && <p role="status" class="muted">{sent.value} of {failed.value?.length} resent</p>}
    </FormDialog>
  );
}

function question(failed: Delivery[] | null): string {
  if (failed === null) return "Resend failed events?";
  return failed.length ? `Resend ${countOf(failed.length)}?` : "No event to resend";
}

function countOf(count: number): string {
  return count === 1 ? "1 event" : `${count.toLocaleString()} events`;
}
