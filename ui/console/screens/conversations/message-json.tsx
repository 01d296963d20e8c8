// A message as the body of PostMessage.
import { useSignal } from "@preact/signals";
import type { ApiError } from "../../../shared/api";
import type { MessagePost } from "../../../shared/operations";
import { asApiError } from "../../../shared/paged";
import { Button } from "../../parts/button";
import { Menu } from "../../parts/dialog";
import { JsonEditor } from "../../parts/json-editor";
import { CopyButton } from "../../parts/values";
import { authorBody, changeDraft, type Content, draftOf, post } from "../../stores/composing";
import type { Opened } from "./conversation";
import { EXAMPLES } from "./examples";

/** The body of a message by this user, or by the business. */
export function messageJson(userId: string | null, content: Content): string {
  return JSON.stringify({ author: authorBody(userId), content }, null, 2);
}

export function MessageJson({ opened: { id, thread } }: { opened: Opened }) {
  const { json, userId } = draftOf(id);
  const text = json ?? "";
  const error = useSignal<ApiError | null>(null);
  const change = (value: string): void => {
    error.value = null;
    changeDraft(id, { json: value });
  };
  const send = async (): Promise<void> => {
    try {
      thread.add(await post(id, JSON.parse(text) as MessagePost));
      changeDraft(id, { json: null, text: "" });
    } catch (failure) {
      error.value = failure instanceof SyntaxError ? null : asApiError(failure);
    }
  };
  return (
    <section class="composer" aria-label="New message as JSON">
      <div class="row wrap">
        <span class="muted spread">Body of <code>POST …/messages</code></span>
        <Menu small label="Insert an example" text="Example" items={EXAMPLES.map((one) => ({ text: one.text, onPress: () => change(messageJson(userId, one.content)) }))} />
        <CopyButton text={text} />
      </div>
      <JsonEditor label="Body of the message" operation="PostMessage" value={text} error={error.value} onInput={change} rows={12} />
      <div class="row">
        <span class="spread" />
        <Button onPress={() => changeDraft(id, { json: null })}>Close</Button>
        <Button kind="primary" icon="send" onPress={send}>Send</Button>
      </div>
    </section>
  );
}
