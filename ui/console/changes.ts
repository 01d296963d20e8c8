// What a PATCH has to contain to change one object into another.
import type { Conversation, ConversationUpdateBody } from "../shared/operations";

type Values = Record<string, unknown>;

/** What differs from the conversation: a value that is empty or missing in the metadata is removed by null. */
export function changesOf(body: Values, conversation: Conversation): ConversationUpdateBody {
  const before: Values = { ...conversation };
  const found: Values = {};
  for (const [name, value] of Object.entries(body))
    if (name !== "metadata" && value !== (before[name] ?? "")) found[name] = value === "" ? null : value;
  const { metadata } = body;
  if (metadata === null || typeof metadata !== "object") {
    if (metadata !== undefined && !(metadata === null && !conversation.metadata)) found["metadata"] = metadata;
  } else {
    const changed = changedKeys(metadata as Values, conversation.metadata ?? {});
    if (Object.keys(changed).length) found["metadata"] = changed;
  }
  return found as ConversationUpdateBody;
}

/** The server merges metadata key by key. */
function changedKeys(after: Values, before: Values): Values {
  const removed = Object.keys(before).filter((name) => !(name in after)).map((name): [string, unknown] => [name, null]);
  const changed = Object.entries(after).filter(([name, value]) => value !== before[name]);
  return Object.fromEntries([...removed, ...changed]);
}
