// The properties of a conversation as JSON, and an editor for the ones that can be changed.
import { useSignal } from "@preact/signals";
import type { ApiError } from "../../../shared/api";
import type { Conversation } from "../../../shared/operations";
import { asApiError } from "../../../shared/paged";
import { changesOf } from "../../changes";
import { Button } from "../../parts/button";
import { say } from "../../parts/errors";
import { JsonEditor } from "../../parts/json-editor";
import { CopyButton, Json } from "../../parts/values";
import { isViewer } from "../../session";
import type { OpenConversation } from "../../stores/conversation";

export function Properties({ one }: { one: OpenConversation }) {
  const found = one.conversation.value;
  const edited = useSignal<string | null>(null);
  if (!found) return <p class="list-note">Loading…</p>;
  return (
    <div class="properties-tab" tabIndex={0} role="group" aria-label="Properties">
      {edited.value === null ? <Json value={found} /> : <Editor one={one} text={edited.value} onText={(text) => (edited.value = text)} />}
      {edited.value === null && (
        <div class="row">
          {!isViewer.value && <Button small icon="pencil" onPress={() => (edited.value = editable(found))}>Edit</Button>}
          <CopyButton text={JSON.stringify(found, null, 2)}>Copy</CopyButton>
        </div>
      )}
    </div>
  );
}

function editable({ displayName = "", description = "", iconUrl = "", metadata = {} }: Conversation): string {
  return JSON.stringify({ displayName, description, iconUrl, metadata }, null, 2);
}

interface EditorProps {
  one: OpenConversation;
  text: string;
  onText: (text: string | null) => void;
}

function Editor({ one, text, onText }: EditorProps) {
  const error = useSignal<ApiError | null>(null);
  const isBroken = parsed(text) === undefined;
  const save = async (): Promise<void> => {
    const body = parsed(text);
    if (body === undefined || !one.conversation.value) return;
    try {
      await one.update(changesOf(body, one.conversation.value));
      say("Saved");
      onText(null);
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  return (
    <>
      <JsonEditor label="Properties that can be changed" operation="UpdateConversation" value={text} error={error.value} rows={14} onInput={(value) => {
        error.value = null;
        onText(value);
      }} />
      <div class="row">
        <Button kind="primary" disabledBecause={isBroken && "This is not JSON"} onPress={save}>Save</Button>
        <Button onPress={() => onText(null)}>Cancel</Button>
      </div>
    </>
  );
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
