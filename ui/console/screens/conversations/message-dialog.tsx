// One message as the API shows it.
import { useSignal } from "@preact/signals";
import type { Message } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { Dialog, FormDialog } from "../../parts/dialog";
import { authorName } from "../../parts/message";
import { CopyButton, Id, Json, Time } from "../../parts/values";
import { isViewer } from "../../session";
import type { Thread } from "../../stores/thread";
import { summaryOf } from "../../titles";

interface MessageDialogProps {
  message: Message;
  thread: Thread;
  onClose: () => void;
}

export function MessageDialog({ message, thread, onClose }: MessageDialogProps) {
  const deleting = useSignal(false);
  const name = authorName(message.author);
  if (deleting.value)
    return (
      <FormDialog title={`Delete this message of ${name}?`} action="Delete" danger onClose={onClose} onSubmit={() => thread.delete(message.id)}>
        <p class="quoted" dir="auto">{summaryOf(message)}</p>
        <p>Unread counts do not change. This cannot be undone.</p>
      </FormDialog>
    );
  return (
    <Dialog title={`Message of ${name}`} wide onClose={onClose}>
      <p class="row wrap muted"><Time value={message.received} /><span>message <Id value={message.id} /></span><span>source {message.source.type}</span></p>
      <Json value={message} />
      <div class="dialog-actions">
        <CopyButton text={JSON.stringify(message, null, 2)}>Copy JSON</CopyButton>
        {!isViewer.value && <Button small kind="danger" icon="trash-2" onPress={() => (deleting.value = true)}>Delete message…</Button>}
      </div>
    </Dialog>
  );
}
