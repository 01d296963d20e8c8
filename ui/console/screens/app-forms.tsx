// Forms about apps that open over any screen, and a new group.
import { useSignal } from "@preact/signals";
import { call } from "../../shared/api";
import type { AppSettingsBody } from "../../shared/operations";
import { asking } from "../commands";
import { FormDialog } from "../parts/dialog";
import { say } from "../parts/errors";
import { Check, TextField } from "../parts/fields";
import { appId, go, linkTo } from "../routes";
import { app, createApp, updateApp } from "../stores/apps";

const close = (): void => void (asking.value = null);

export function AskedDialog() {
  if (asking.value === "group") return <CreateGroup />;
  if (asking.value === "app") return <CreateApp />;
  return asking.value === "settings" ? <AppSettings /> : null;
}

function CreateGroup() {
  const name = useSignal("");
  const submit = async (): Promise<void> => {
    const body = { type: "sdkGroup" as const, displayName: name.value.trim() || undefined };
    const { conversation } = await call("CreateConversation", { appId: appId.value }, { body });
    say(`${conversation.displayName || "The group"} was created`);
    go(linkTo("conversations", { id: conversation.id }));
  };
  return (
    <FormDialog title="Create a group" action="Create group" onClose={close} onSubmit={submit}>
      <TextField label="Name" value={name.value} focused maxLength={100} onInput={(value) => (name.value = value)} />
    </FormDialog>
  );
}

function CreateApp() {
  const name = useSignal("");
  const submit = async (): Promise<void> => {
    const created = await createApp(name.value.trim());
    say(`${created.displayName} was created`);
    go(linkTo("keys", { appId: created.id }));
  };
  return (
    <FormDialog title="Create an app" action="Create app" onClose={close} onSubmit={submit}>
      <p>An app has its own users, conversations, integrations and keys.</p>
      <TextField label="Name" value={name.value} required focused maxLength={100} onInput={(value) => (name.value = value)} />
    </FormDialog>
  );
}

type Flag = Exclude<keyof AppSettingsBody, "conversationRetentionSeconds">;

const EFFECTIVE: readonly [Flag, string][] = [
  ["maskCreditCardNumbers", "Mask credit card numbers in messages"],
  ["echoPostback", "Post the text of a chosen postback as a message of the user"],
];
const STORED: readonly [Flag, string][] = [
  ["multiConvoEnabled", "Several conversations for each user"],
  ["useAnimalNames", "Animal names for users without a name"],
  ["appLocalizationEnabled", "Localization"],
  ["ignoreAutoConversationStart", "Ignore automatic starts of conversations"],
  ["endSessionEnabled", "Users can end a session"],
  ["disableConversationReopen", "Ended conversations stay closed"],
];

function AppSettings() {
  const present = app.value?.settings;
  const name = useSignal(app.value?.displayName ?? "");
  const retention = useSignal(String(present?.conversationRetentionSeconds ?? 0));
  const flags = useSignal<Partial<Record<Flag, boolean>>>({});
  const submit = async (): Promise<void> => {
    const settings = { ...flags.value, conversationRetentionSeconds: Number(retention.value || 0) };
    await updateApp({ displayName: name.value.trim(), settings });
    say("Saved");
  };
  const checks = (list: readonly [Flag, string][]) => list.map(([flag, label]) => (
    <Check key={flag} label={label} checked={flags.value[flag] ?? present?.[flag] ?? false} onChange={(on) => (flags.value = { ...flags.value, [flag]: on })}
      disabledBecause={flag === "multiConvoEnabled" && present?.multiConvoEnabled ? "cannot be turned off again" : null} />
  ));
  return (
    <FormDialog title="App settings" action="Save" onClose={close} onSubmit={submit}>
      <TextField label="Name" value={name.value} required focused maxLength={100} onInput={(value) => (name.value = value)} />
      <TextField label="Delete messages of conversations without activity after (seconds)" type="number" value={retention.value} hint="0 keeps all messages."
        onInput={(value) => (retention.value = value)} />
      {checks(EFFECTIVE)}
      <details class="stack">
        <summary>Settings for other clients</summary>
        <p class="muted small">This server stores and shows them. It does not enforce them.</p>
        {checks(STORED)}
      </details>
    </FormDialog>
  );
}
