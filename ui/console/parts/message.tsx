// One message with its author, and who has read it.
import type { Message } from "../../shared/operations";
import { fullTime } from "../../shared/time";
import { nameOf } from "../stores/names";
import type { Player } from "../stores/playing";
import { several } from "../titles";
import { Contents, hiddenSize } from "./contents";
import { Icon } from "./icons";

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });

export function clockTime(iso: string): string {
  return time.format(new Date(iso));
}

/** The name of an author as the message shows it. */
export function authorName({ type, userId, displayName }: Pick<Message["author"], "type" | "userId" | "displayName">): string {
  if (displayName) return displayName;
  return type === "user" && userId ? nameOf(userId) : "Business";
}

interface MessageProps {
  message: Message;
  /** Whether it is shown on the side of the viewer's own messages. */
  isOwn: boolean;
  /** Whether it follows a message of the same author. */
  continues: boolean;
  player: Player | null;
  /** The names of the participants who have read up to this message. */
  readers: readonly string[];
  onInspect: ((message: Message) => void) | null;
}

export function MessageRow({ message, isOwn, continues, player, readers, onInspect }: MessageProps) {
  const name = authorName(message.author);
  const isWide = message.content.type === "carousel" && hiddenSize(message.content) === undefined;
  return (
    <li class={`message ${isOwn ? "own" : ""} ${continues ? "continues" : ""}`} data-id={message.id}>
      {!continues && (
        <p class="message-head">
          <bdi class="message-author">{name}</bdi>
          {message.author.subtypes?.includes("AI") && <span class="badge">AI</span>}
          <time dateTime={message.received} title={fullTime(message.received)}>{clockTime(message.received)}</time>
        </p>
      )}
      <div class="message-line">
        <div class={`bubble ${isWide ? "wide" : ""}`} title={continues ? fullTime(message.received) : undefined}>
          {message.quotedMessage?.type === "message" && <Quoted message={message.quotedMessage.message} />}
          <Contents message={message} player={player} />
        </div>
        {onInspect && (
          <button type="button" class="message-more" title="Details" onClick={() => onInspect(message)}
            aria-label={`Details of the message of ${name}, ${clockTime(message.received)}`}><Icon name="ellipsis" /></button>
        )}
      </div>
      {readers.length > 0 && <p class="seen" title={readers.join(", ")}>Seen by {several(readers)}</p>}
    </li>
  );
}

function Quoted({ message }: { message: Message }) {
  const { content } = message;
  if (hiddenSize(content) !== undefined) return <p class="quoted truncate">In response to {authorName(message.author)}</p>;
  const text = content.type === "form" ? content.fields.map((one) => one.label).join(", ") : "text" in content ? content.text : "";
  return <p class="quoted truncate" dir="auto">In response to {authorName(message.author)}{text && `: ${text}`}</p>;
}
