// Selects the author of a message.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../../shared/api";
import { FormDialog, Menu } from "../../parts/dialog";
import { TextField } from "../../parts/fields";
import { appId } from "../../routes";
import { businessAuthor, changeDraft, draftOf, setBusinessAuthor } from "../../stores/composing";
import { nameOf } from "../../stores/names";
import type { Opened } from "./conversation";

const SHOWN = 20;

export function AuthorMenu({ opened: { id, participants } }: { opened: Opened }) {
  const dialog = useSignal<"business" | "other" | null>(null);
  const { userId } = draftOf(id);
  const { displayName } = businessAuthor();
  const business = displayName ? `Business: ${displayName}` : "Business";
  const members = participants.pages.items.value;
  useEffect(() => {
    // Someone who left can no longer write.
    if (userId !== null && participants.pages.loaded.value && members.length < SHOWN && !members.some((one) => one.userId === userId)) changeDraft(id, { userId: null });
  }, [members, userId]);
  const close = (): void => void (dialog.value = null);
  return (
    <>
      <Menu label="Send as" small text={<><span class="muted">Send as </span><bdi>{userId === null ? business : nameOf(userId)}</bdi></>} items={[
        { text: business, onPress: () => changeDraft(id, { userId: null }) },
        { text: "Change the name of the business…", onPress: () => (dialog.value = "business") },
        ...members.slice(0, SHOWN).map((one) => ({ text: nameOf(one.userId), onPress: () => changeDraft(id, { userId: one.userId }) })),
        ...(members.length > SHOWN ? [{ text: "Another participant…", onPress: () => (dialog.value = "other") }] : []),
      ]} />
      {dialog.value === "business" && <BusinessDialog onClose={close} />}
      {dialog.value === "other" && <OtherDialog id={id} onClose={close} />}
    </>
  );
}

function BusinessDialog({ onClose }: { onClose: () => void }) {
  const known = businessAuthor();
  const name = useSignal(known.displayName);
  const avatar = useSignal(known.avatarUrl);
  return (
    <FormDialog title="The business as an author" action="Save" onClose={onClose}
      onSubmit={async () => setBusinessAuthor({ displayName: name.value.trim(), avatarUrl: avatar.value.trim() })}>
      <TextField label="Name" value={name.value} focused placeholder="Bot" onInput={(value) => (name.value = value)} hint="This browser uses it for your messages to all conversations of the app." />
      <TextField label="Picture URL" type="url" value={avatar.value} onInput={(value) => (avatar.value = value)} />
    </FormDialog>
  );
}

function OtherDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const wanted = useSignal("");
  const choose = async (): Promise<void> => {
    const { user } = await call("GetUser", { appId: appId.value, userIdOrExternalId: wanted.value.trim() });
    changeDraft(id, { userId: user.id });
  };
  return (
    <FormDialog title="Send as another participant" action="Choose" onClose={onClose} onSubmit={choose}>
      <TextField label="User ID or external ID" value={wanted.value} required focused onInput={(value) => (wanted.value = value)} />
    </FormDialog>
  );
}
