// The titles of conversations and messages, on one line.
import type { ConversationSummary, LastMessage, Message } from "../shared/operations";
import { shortened } from "./parts/values";

const SHOWN = 2;
const number = new Intl.NumberFormat("en");
const KINDS: Record<string, string> = {
  image: "Image", file: "File", carousel: "Carousel", list: "List", location: "Location", form: "Form",
  formResponse: "Form submitted", template: "Template", text: "Text",
};

export function count(value: number): string {
  return number.format(value);
}

/** `1 participant`, `1,204 participants`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

type Titled = Pick<ConversationSummary, "id" | "type" | "displayName" | "lastMessage">;

/** The name of a conversation; a personal one without a name is named after the user. */
export function titleOf(conversation: Titled): string {
  const { id, type, displayName, lastMessage } = conversation;
  if (displayName) return displayName;
  if (type === "sdkGroup") return `Group ${shortened(id)}`;
  const user = lastMessage?.author.type === "user" ? lastMessage.author.displayName : undefined;
  return user ?? `Personal ${shortened(id)}`;
}

/** A message on one line, such as `Image: receipt.png`. */
export function previewOf({ type, text }: Pick<LastMessage, "type" | "text">): string {
  const line = text?.replace(/\s+/g, " ").trim();
  if (type === "text") return line || "Text";
  if (type === "formResponse" || type === "carousel" || type === "list" || !line) return KINDS[type] ?? type;
  return `${KINDS[type] ?? type}: ${line}`;
}

/** A summary of a message, in a few words. */
export function summaryOf({ content }: Message): string {
  const text = "text" in content ? content.text : undefined;
  const alternative = "altText" in content ? content.altText : undefined;
  return previewOf({ type: content.type, text: text || alternative });
}

/** `ada`, `ada and bob`, `ada, bob and 4 others`; `isPartial` says that there are more than these. */
export function several(names: readonly string[], isPartial = false): string {
  if (names.length <= SHOWN) return names.join(" and ");
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(", ")} and ${isPartial ? "more than " : ""}${count(rest)} ${rest === 1 ? "other" : "others"}`;
}

/** Whether a user wrote after the business last read the conversation. */
export function isUnread({ lastMessage, businessLastRead }: ConversationSummary): boolean {
  return lastMessage?.author.type === "user" && lastMessage.received > (businessLastRead ?? "");
}
