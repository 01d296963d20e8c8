// Forms that create, change and delete users.
import { useSignal } from "@preact/signals";
import type { ProfileBody, User } from "../../shared/operations";
import { FormDialog } from "../parts/dialog";
import { say } from "../parts/errors";
import { TextArea, TextField } from "../parts/fields";
import { metadataChanges, metadataText, parseMetadata } from "../stores/metadata";
import { createUser, deletePersonalInformation, deleteUser, nameOf, updateUser } from "../stores/users";

interface Fields {
  givenName: string;
  surname: string;
  email: string;
  locale: string;
  avatarUrl: string;
  metadata: string;
}

const NOTHING: Fields = { givenName: "", surname: "", email: "", locale: "", avatarUrl: "", metadata: "" };

export function CreateUser({ onClose, onDone }: { onClose: () => void; onDone: (user: User) => void }) {
  const externalId = useSignal("");
  const fields = useSignal(NOTHING);
  const submit = async (): Promise<void> => {
    const { profile, metadata } = bodyOf(fields.value);
    const user = await createUser({ externalId: externalId.value.trim() || undefined, profile: given(profile), metadata });
    say(`${nameOf(user)} was created`);
    onDone(user);
  };
  return (
    <FormDialog title="Create user" action="Create user" onClose={onClose} onSubmit={submit}>
      <TextField label="External ID" value={externalId.value} mono focused maxLength={1024} hint="How your system names the user. It cannot be changed here later."
        onInput={(value) => (externalId.value = value)} />
      <ProfileFields fields={fields.value} onChange={(changes) => (fields.value = { ...fields.value, ...changes })} />
    </FormDialog>
  );
}

export function EditUser({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: (user: User) => void }) {
  const before: Fields = { ...NOTHING, ...user.profile, metadata: metadataText(user.metadata) };
  const fields = useSignal(before);
  const submit = async (): Promise<void> => {
    const { profile, metadata } = bodyOf(fields.value);
    onDone(await updateUser(user.id, {
      profile: changed(bodyOf(before).profile, profile),
      metadata: metadataChanges(user.metadata, metadata),
    }));
    say("Saved");
  };
  return (
    <FormDialog title={`Edit ${nameOf(user)}`} action="Save" onClose={onClose} onSubmit={submit}>
      <ProfileFields focused fields={fields.value} onChange={(changes) => (fields.value = { ...fields.value, ...changes })} />
    </FormDialog>
  );
}

function ProfileFields({ fields, onChange, focused }: { fields: Fields; onChange: (changes: Partial<Fields>) => void; focused?: boolean }) {
  const parsed = parseMetadata(fields.metadata);
  return (
    <>
      <div class="fields-pair">
        <TextField label="Given name" value={fields.givenName} focused={focused} maxLength={128} onInput={(givenName) => onChange({ givenName })} />
        <TextField label="Surname" value={fields.surname} maxLength={128} onInput={(surname) => onChange({ surname })} />
      </div>
      <div class="fields-pair">
        <TextField label="Email" type="email" value={fields.email} onInput={(email) => onChange({ email })} />
        <TextField label="Locale" value={fields.locale} placeholder="en-US" onInput={(locale) => onChange({ locale })} />
      </div>
      <TextField label="Avatar URL" type="url" value={fields.avatarUrl} onInput={(avatarUrl) => onChange({ avatarUrl })} />
      <TextArea label="Metadata (JSON)" mono rows={4} value={fields.metadata} placeholder={'{"plan": "gold"}'}
        problem={"problem" in parsed ? parsed.problem : null} onInput={(metadata) => onChange({ metadata })} />
    </>
  );
}

/** Rejects if the metadata is not valid. An empty field removes its value. */
function bodyOf({ metadata, ...texts }: Fields) {
  const parsed = parseMetadata(metadata);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const profile: ProfileBody = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value.trim() || null]));
  return { profile, metadata: parsed.metadata };
}

function given(profile: ProfileBody): ProfileBody {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
}

function changed(before: ProfileBody, after: ProfileBody): ProfileBody {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== before[name as keyof ProfileBody]));
}

export function DeleteUser({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: () => void }) {
  return (
    <FormDialog title={`Delete ${nameOf(user)}?`} action="Delete user" danger onClose={onClose} onSubmit={async () => {
      await deleteUser(user.id);
      say(`${nameOf(user)} was deleted`);
      onDone();
    }}>
      <p>This deletes the user with their clients and personal conversations, and ends their membership of groups. Their messages stay in the groups. It cannot be undone.</p>
    </FormDialog>
  );
}

export function DeletePersonalInformation({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: (user: User) => void }) {
  return (
    <FormDialog title={`Delete the personal information of ${nameOf(user)}?`} action="Delete personal information" danger onClose={onClose}
      onSubmit={async () => {
        onDone(await deletePersonalInformation(user.id));
        say("The personal information was deleted");
      }}>
      <p>This clears the profile and the metadata of the user, what their clients and devices report, and recorded requests that mention them.</p>
      <p>The user, their external ID, identities, conversations and messages stay. It cannot be undone.</p>
    </FormDialog>
  );
}
