// Seeds, which describe the initial contents of the app, and the reset to the seed.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call } from "../../shared/api";
import { Button } from "../parts/button";
import { FormDialog } from "../parts/dialog";
import { attempt, say } from "../parts/errors";
import { TextArea } from "../parts/fields";
import { saveFile } from "../parts/save-file";
import { Tool } from "../parts/tool";
import { copy } from "../parts/values";
import { appId } from "../routes";
import { hidesContents, isViewer } from "../session";
import { app, reloadApps } from "../stores/apps";
import { createdText, seedOf } from "../stores/seeds";

interface ToolProps {
  onChange: () => Promise<void>;
}

export function SeedTool({ onChange }: ToolProps) {
  const isLoading = useSignal(false);
  return (
    <Tool title="Seed" about="A seed describes users, conversations, messages and integrations. Loading one creates what the app lacks."
      commands={["heliograph seed load heliograph.toml", "heliograph seed export"]}>
      <div class="row wrap">
        {!isViewer.value && <Button onPress={() => (isLoading.value = true)}>Load a seed…</Button>}
        {!hidesContents && <Export />}
      </div>
      <p class="faint small">{hidesContents ? "This server exports no contents of messages." : "An export has no ids and no secrets, so it can be loaded into any app."}</p>
      {isLoading.value && <LoadDialog onLoaded={onChange} onClose={() => (isLoading.value = false)} />}
    </Tool>
  );
}

function Export() {
  const save = async (): Promise<void> => saveFile(new Blob([await exported()], { type: "application/json" }), "heliograph-seed.json");
  return (
    <>
      <Button icon="download" onPress={() => attempt(save)}>Export this app</Button>
      <Button icon="copy" onPress={() => attempt(async () => copy(await exported()))}>Copy export</Button>
    </>
  );
}

async function exported(): Promise<string> {
  const { seed } = await call("ExportSeed", { appId: appId.value });
  return `${JSON.stringify(seed, null, 2)}\n`;
}

const EXAMPLE = `{
  "user": [{ "externalId": "ada", "profile": { "givenName": "Ada" } }],
  "conversation": [{ "name": "crew", "type": "sdkGroup", "participants": ["ada"],
    "messages": [{ "from": "ada", "text": "Hello" }] }]
}`;

function LoadDialog({ onLoaded, onClose }: { onLoaded: () => Promise<void>; onClose: () => void }) {
  const text = useSignal("");
  const file = useRef<HTMLInputElement>(null);
  const submit = async (): Promise<void> => {
    const { created } = await call("SeedApp", { appId: appId.value }, { body: seedOf(text.value) });
    say(`Created ${createdText(created)}`);
    await Promise.all([reloadApps(), onLoaded()]);
  };
  const read = async (): Promise<void> => {
    text.value = (await file.current?.files?.[0]?.text()) ?? "";
  };
  return (
    <FormDialog wide title="Load a seed" action="Load" onClose={onClose} onSubmit={submit}>
      <TextArea label="Seed as JSON" value={text.value} rows={14} mono placeholder={EXAMPLE}
        hint="Creates only what the app does not have yet. For a TOML file, run heliograph seed load FILE."
        onInput={(value) => (text.value = value)} />
      <label class="file-field">
        <span>From a file</span>
        <input ref={file} type="file" accept=".json,application/json" onChange={read} />
      </label>
    </FormDialog>
  );
}

export function ResetTool({ onChange }: ToolProps) {
  const isAsking = useSignal(false);
  const name = app.value?.displayName || "this app";
  const submit = async (): Promise<void> => {
    await call("ResetApp", { appId: appId.value });
    say(`Reset ${name}`);
    await Promise.all([reloadApps(), onChange()]);
  };
  return (
    <Tool title="Reset" about="Returns the app to its seed, with the same ids, keys and secrets. Without a seed, it is empty afterwards."
      commands={["heliograph reset"]}>
      {isViewer.value
        ? <p class="faint">Only operators can reset the app.</p>
        : <div class="row"><Button kind="danger" icon="rotate-ccw" onPress={() => (isAsking.value = true)}>Reset this app…</Button></div>}
      {isAsking.value && (
        <FormDialog title={`Reset ${name}?`} action="Reset" danger onClose={() => (isAsking.value = false)} onSubmit={submit}>
          <p>
            Everything in <strong dir="auto">{name}</strong> that is not in its seed is deleted: users, conversations,
            messages, integrations, events, deliveries, and the calls of inboxes. Its clock returns to that of the
            machine. Chaos rules and snapshots stay.
          </p>
        </FormDialog>
      )}
    </Tool>
  );
}
