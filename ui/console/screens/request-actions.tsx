// The actions for a recorded request: send it again, copy it as code, share its link.
import { useSignal } from "@preact/signals";
import { type RawResponse, serverUrl } from "../../shared/api";
import type { RecordedRequestDetails } from "../../shared/operations";
import { type Language, LANGUAGES, snippet } from "../../shared/snippets";
import { Button } from "../parts/button";
import { FormDialog, Menu } from "../parts/dialog";
import { attempt, say } from "../parts/errors";
import { copy } from "../parts/values";
import { linkTo } from "../routes";
import { isViewer } from "../session";
import { useKey } from "../shortcuts";
import { exampleKey } from "../stores/credentials";
import { draftOf, isDestructive, obstacle, replay, wasRefused } from "../stores/replays";
import { ReplayEditor, ReplayResult } from "./request-replay";

export function RequestActions({ record }: { record: RecordedRequestDetails }) {
  const dialog = useSignal<"edit" | "confirm" | null>(null);
  const response = useSignal<RawResponse | null>(null);
  const canSend = !isViewer.value || record.method === "GET";
  const blocked = obstacle(record);
  const again = async (): Promise<void> => {
    response.value = await replay(record.id, draftOf(record));
  };
  const press = (): unknown => {
    if (!isDestructive(record) && !wasRefused(record)) return attempt(again);
    dialog.value = "confirm";
    return undefined;
  };
  useKey("r", () => canSend && !blocked && press(), [record]);
  useKey("y", () => void copyAs("curl", record), [record]);
  const close = (): void => void (dialog.value = null);
  return (
    <>
      <div class="row wrap">
        {canSend && <>
          <Button icon="rotate-ccw" title="Send this request again. Key: r" disabledBecause={blocked} onPress={press}>Replay</Button>
          <Button icon="pencil" onPress={() => (dialog.value = "edit")}>Edit and replay</Button>
        </>}
        <Menu label="Copy as" text="Copy as" icon="copy"
          items={LANGUAGES.map(({ value, text }) => ({ text, onPress: () => copyAs(value, record) }))} />
        <Button icon="share-2" onPress={() => copy(new URL(linkTo("requests", { id: record.id }), location.href).href)}>Copy link</Button>
      </div>
      {blocked && canSend && <p class="faint small">{blocked}.</p>}
      {response.value && <ReplayResult record={record} response={response.value} onClose={() => (response.value = null)} />}
      {dialog.value === "edit" && <ReplayEditor record={record} onClose={close} onResponse={(one) => (response.value = one)} />}
      {dialog.value === "confirm" && (
        <FormDialog title={`Send ${record.method} again?`} action="Send again" danger onClose={close} onSubmit={again}>
          {isDestructive(record) && <p>{record.operation ?? "This request"} may delete or end something again:</p>}
          {wasRefused(record) && <p>The server refused this request. It is sent again with the rights of your session:</p>}
          <p><code>{record.method} {record.path}</code></p>
        </FormDialog>
      )}
    </>
  );
}

async function copyAs(language: Language, { method, path, operation, keyId, request }: RecordedRequestDetails): Promise<void> {
  const used = keyId && !keyId.startsWith("hgs_") ? keyId : exampleKey().id;
  await copy(snippet(language, { server: serverUrl, method, path, operation, keyId: used, body: request.body }));
  if (request.body === undefined && request.size > 0) say("The body was not recorded, so the code has none");
}
