// Lets a user join a group.
import { useSignal } from "@preact/signals";
import { FormDialog } from "../../parts/dialog";
import { Check, TextField } from "../../parts/fields";
import { join } from "../../stores/participants";

export function AddParticipant({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const id = useSignal("");
  const subscribes = useSignal(true);
  return (
    <FormDialog title="Add participant" action="Add participant" onClose={onClose} onSubmit={() => join(conversationId, id.value.trim(), subscribes.value)}>
      <TextField label="User ID or external ID" value={id.value} required focused onInput={(value) => (id.value = value)}
        hint="A user who does not exist is created with this external ID." />
      <Check label="Subscribe the SDK client (subscribeSDKClient)" checked={subscribes.value} onChange={(value) => (subscribes.value = value)} />
    </FormDialog>
  );
}
