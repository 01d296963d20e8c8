// The subject of an event or a delivery: users and a conversation, by their names.
import { conversationName } from "../stores/conversation-names";
import { nameOf } from "../stores/names";

/** The names, each with its own text direction, so that a right-to-left name does not reorder the others. */
export function Subject({ names }: { names: readonly string[] }) {
  return <>{names.map((name, index) => <>{index > 0 && " · "}<bdi>{name}</bdi></>)}</>;
}

export function DeliverySubject({ conversationId, userId }: { conversationId?: string; userId?: string }) {
  const name = conversationId ? conversationName(conversationId) : userId && nameOf(userId);
  return name ? <bdi>{name}</bdi> : null;
}
