// Creates a conversation, with users who are created if they do not exist.
import { useSignal } from "@preact/signals";
import { Segments } from "../../parts/button";
import { FormDialog } from "../../parts/dialog";
import { TextField } from "../../parts/fields";
import { go, linkTo } from "../../routes";
import { createConversation } from "../../stores/conversations";

type Kind = "sdkGroup" | "personal";
const KINDS = [{ value: "sdkGroup", text: "Group" }, { value: "personal", text: "Personal" }] as const;

export function NewConversation({ onClose }: { onClose: () => void }) {
  const kind = useSignal<Kind>("sdkGroup");
  const name = useSignal("");
  const users = useSignal("");
  const isPersonal = kind.value === "personal";
  const submit = async (): Promise<void> => {
    const externalIds = users.value.split(",").map((one) => one.trim()).filter(Boolean);
    const created = await createConversation({ type: kind.value, displayName: name.value || undefined }, externalIds);
    go(linkTo("conversations", { id: created.id }));
  };
  return (
    <FormDialog title="New conversation" action="Create" onClose={onClose} onSubmit={submit}>
      <Segments label="Type" choices={KINDS} value={kind.value} onChange={(value) => (kind.value = value)} />
      <TextField label="Name" value={name.value} maxLength={100} focused placeholder={isPersonal ? undefined : "Crew"} onInput={(value) => (name.value = value)} />
      <TextField label={isPersonal ? "User" : "Participants"} value={users.value} required={isPersonal} onInput={(value) => (users.value = value)}
        placeholder={isPersonal ? "ada" : "ada, bob"}
        hint={`External IDs or user IDs${isPersonal ? "" : ", separated by commas"}. Users who do not exist are created.`} />
    </FormDialog>
  );
}
