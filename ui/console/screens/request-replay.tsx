// An editor for a request to send again, and the comparison of both responses.
import { useSignal } from "@preact/signals";
import { ApiError, type RawResponse } from "../../shared/api";
import type { RecordedRequestDetails } from "../../shared/operations";
import { statusText } from "../../shared/statuses";
import { duration } from "../../shared/time";
import { Button } from "../parts/button";
import { FormDialog } from "../parts/dialog";
import { Diff } from "../parts/diff";
import { Select, TextArea, TextField } from "../parts/fields";
import { Json } from "../parts/values";
import { linkTo } from "../routes";
import { isViewer } from "../session";
import { type Draft, draftOf, isDestructive, jsonProblem, METHODS, parseHeaders, replay } from "../stores/replays";

export function ReplayEditor(props: {
  record: RecordedRequestDetails;
  onResponse: (response: RawResponse) => void;
  onClose: () => void;
}) {
  const draft = useSignal<Draft>(draftOf(props.record));
  const change = (changes: Partial<Draft>): void => void (draft.value = { ...draft.value, ...changes });
  const { method, path, headers, body } = draft.value;
  const headerProblem = parseHeaders(headers).problem;
  const problem = jsonProblem(body);
  const methods = isViewer.value ? ["GET"] : METHODS;
  const submit = async (): Promise<void> => {
    if (headerProblem) throw new ApiError(0, "invalid", [headerProblem], null);
    if (!path.startsWith("/")) throw new ApiError(0, "invalid", ["The path should begin with a slash"], null);
    props.onResponse(await replay(props.record.id, draft.value));
  };
  return (
    <FormDialog title="Edit and replay" action={`Send ${method}`} danger={isDestructive({ method })} wide onClose={props.onClose} onSubmit={submit}>
      <p class="muted">The request is sent with the rights of your session.</p>
      <div class="replay-target">
        <Select label="Method" value={method} choices={methods.map((one) => [one, one])} onChange={(value) => change({ method: value })} />
        <TextField label="Path" mono value={path} required onInput={(value) => change({ path: value })} />
      </div>
      <TextArea label="Headers" mono rows={2} value={headers} hint="One on each line, such as X-Test: 1" problem={headerProblem}
        onInput={(value) => change({ headers: value })} />
      {method !== "GET" && (
        <TextArea label="Body" mono rows={12} value={body} hint="JSON" problem={problem && `Not valid JSON, and sent as it is: ${problem}`}
          onInput={(value) => change({ body: value })} />
      )}
    </FormDialog>
  );
}

/** The response to a request that was sent again, compared with the recorded one. */
export function ReplayResult({ record, response, onClose }: { record: RecordedRequestDetails; response: RawResponse; onClose: () => void }) {
  const kind = response.status >= 500 ? "error" : response.status >= 400 ? "warn" : "ok";
  const before = pretty(record.response.body);
  const after = pretty(parsed(response.text));
  const isSame = before === after && record.status === response.status;
  return (
    <section class="replay-result" aria-label="Response to the replay">
      <div class="row wrap">
        <h3>Replay</h3>
        <span role="status" class="row">
          {record.status !== response.status && <span class="muted">{record.status} →</span>}
          <strong class={kind}>{statusText(response.status)}</strong>
          <span class="faint">{duration(response.milliseconds)}</span>
        </span>
        <span class="spread" />
        {response.requestId && <a href={linkTo("requests", { query: { requestId: response.requestId } })}>Open the new request</a>}
        <Button kind="quiet" icon="x" label="Close the replay" onPress={onClose} />
      </div>
      {before === null
        ? <Json value={parsed(response.text)} />
        : isSame
          ? <p class="faint">The response is the same as the recorded one.</p>
          : <Diff label="Differences between the responses" before={before} after={after ?? ""} />}
    </section>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The text to compare; null if no body is to be compared. */
function pretty(body: unknown): string | null {
  if (body === undefined || body === "") return null;
  return typeof body === "string" ? body : JSON.stringify(body, null, 2);
}
