// Writes messages: as the business or as a participant, as text, with a form for each type, or as JSON.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../parts/button";
import { attempt } from "../../parts/errors";
import { route } from "../../routes";
import { authorBody, changeDraft, type Content, draftOf, post, postActivity } from "../../stores/composing";
import { AuthorMenu } from "./author-menu";
import { type ContentKind, ContentDialog, CONTENT_KINDS } from "./content-dialog";
import type { Opened } from "./conversation";
import { MessageJson, messageJson } from "./message-json";

const MOST_ROWS = 8;
const REPEAT_MS = 8000;

export function Composer({ opened }: { opened: Opened }) {
  const { id, thread } = opened;
  const { text, userId, json } = draftOf(id);
  const kind = useSignal<ContentKind | null>(null);
  const types = useSignal(false);
  const send = async (content: Content): Promise<void> => {
    types.value = false;
    thread.add(await post(id, { author: authorBody(userId), content }));
  };
  const sendText = async (): Promise<void> => {
    const written = text.trim();
    if (!written) return;
    changeDraft(id, { text: "" });
    if (!(await attempt(() => send({ type: "text", text: written })))) changeDraft(id, { text: draftOf(id).text || text });
  };
  if (json !== null) return <MessageJson opened={opened} />;
  return (
    <section class="composer" aria-label="New message">
      <div class="row wrap">
        <AuthorMenu opened={opened} />
        <span class="spread" />
        {userId === null ? <TypingButton id={id} types={types} /> : <ReadButton id={id} userId={userId} />}
      </div>
      <div class="row message-line-input">
        <MessageField label="Message" value={text} placeholder={placeholder()} onInput={(value) => changeDraft(id, { text: value })} onSend={sendText} />
        <Button kind="primary" icon="send" onPress={sendText}>Send</Button>
      </div>
      <div class="row wrap kinds">
        {CONTENT_KINDS.map((one) => <Button small kind="quiet" key={one.kind} onPress={() => (kind.value = one.kind)}>{one.text}</Button>)}
        <Button small kind="quiet" onPress={() => changeDraft(id, { json: messageJson(userId, { type: "text", text }) })}>{"{ } JSON"}</Button>
      </div>
      {kind.value && (
        <ContentDialog kind={kind.value} conversationId={id} text={text} onClose={() => (kind.value = null)} onSend={async (content) => {
          await send(content);
          changeDraft(id, { text: "" });
        }} onJson={(content) => changeDraft(id, { json: messageJson(userId, content) })} />
      )}
    </section>
  );
}

/** Explains the keys where there is a keyboard, and enough space. */
function placeholder(): string {
  const isNarrow = route.value.query.has("play") || matchMedia("(max-width: 1099px), (pointer: coarse)").matches;
  return isNarrow ? "Type a message" : "Type a message (Enter to send, Shift+Enter for a new line)";
}

interface MessageFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  onSend: () => unknown;
  placeholder: string;
}

/** A field that grows with the text. Enter sends, unless text is being composed as in Chinese or Japanese. */
export function MessageField({ label, value, onInput, onSend, placeholder }: MessageFieldProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const rows = Math.min(MOST_ROWS, value.split("\n").length);
  return (
    <textarea ref={area} class="textarea message-field" rows={Math.max(1, rows)} dir="auto" value={value} aria-label={label}
      placeholder={placeholder} onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        onSend();
      }} />
  );
}

/** Shows the business as typing until it is pressed again, a message is sent, or the conversation is left. */
function TypingButton({ id, types }: { id: string; types: Signal<boolean> }) {
  useEffect(() => {
    if (!types.value) return undefined;
    // Clients show it for about ten seconds.
    const timer = setInterval(() => void postActivity(id, "typing:start", null).catch(() => undefined), REPEAT_MS);
    return () => clearInterval(timer);
  }, [id, types.value]);
  useEffect(() => () => {
    if (types.value) void postActivity(id, "typing:stop", null).catch(() => undefined);
  }, [id]);
  const toggle = async (): Promise<void> => {
    const next = !types.value;
    if (await attempt(() => postActivity(id, next ? "typing:start" : "typing:stop", null))) types.value = next;
  };
  return <Button small pressed={types.value} title="Sends typing:start, and typing:stop when it is pressed again" onPress={toggle}>{types.value ? "Stop typing" : "Show as typing"}</Button>;
}

function ReadButton({ id, userId }: { id: string; userId: string }) {
  return <Button small icon="eye" onPress={() => attempt(() => postActivity(id, "conversation:read", userId), "Marked as read")}>Mark as read</Button>;
}
