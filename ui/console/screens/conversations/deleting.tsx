// Confirmations before parts of a conversation are deleted.
import type { Participant } from "../../../shared/operations";
import { Confirm } from "../../parts/confirm";
import { nameOf } from "../../stores/names";
import type { OpenConversation } from "../../stores/conversation";
import { leave } from "../../stores/participants";
import { counted, titleOf } from "../../titles";

export function DeleteConversation({ one, onClose }: { one: OpenConversation; onClose: () => void }) {
  const summary = one.summary.value;
  return (
    <Confirm title={`Delete ${summary ? titleOf(summary) : "this conversation"}?`} action="Delete" onClose={onClose} onConfirm={() => one.remove()}>
      <p>{summary && `${counted(summary.messageCount, "message")} and ${counted(summary.participantCount, "membership")} are deleted with it. `}This cannot be undone.</p>
    </Confirm>
  );
}

interface RemoveParticipantProps {
  participant: Participant;
  one: OpenConversation;
  onClose: () => void;
}

export function RemoveParticipant({ participant, one, onClose }: RemoveParticipantProps) {
  const from = one.summary.value ? titleOf(one.summary.value) : "the conversation";
  return (
    <Confirm title={`Remove ${nameOf(participant.userId)} from ${from}?`} action="Remove" onClose={onClose} onConfirm={() => leave(one.id, participant.id)}>
      <p>Their messages stay in the conversation.</p>
    </Confirm>
  );
}
