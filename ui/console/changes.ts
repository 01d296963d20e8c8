// Computes the body of a PATCH that changes one object into another.
import type { Conversation, ConversationUpdateBody } from "../shared/operations";
import { type Metadata, metadataChanges } from "./stores/metadata";

type Values = Record<string, unknown>;

/** The fields that differ from the conversation. Null removes an empty value, and a key that the metadata lacks. */
export function changesOf(body: Values, conversation: Conversation): ConversationUpdateBody {
  const before: Values = { ...conversation };
  const found: Values = {};
  for (const [name, value] of Object.entries(body))
    if (name !== "metadata" && value !== (before[name] ?? "")) found[name] = value === "" ? null : value;
  const { metadata } = body;
  if (metadata === null || typeof metadata !== "object") {
    if (metadata !== undefined && !(metadata === null && !conversation.metadata)) found["metadata"] = metadata;
  } else {
    const changed = metadataChanges(conversation.metadata ?? {}, metadata as Metadata);
    if (Object.keys(changed).length) found["metadata"] = changed;
  }
  return found as ConversationUpdateBody;
}
