// What an event or a delivery is about: users and a conversation, by their names.
import { conversationName } from "../stores/conversation-names";
import { nameOf } from "../stores/names";

/** Each name in a direction of its own, so that one that is written from right to left does not move the others. */
export function Subject({ names }: { names: readonly string[] }) {
  return <>{names.map((name, index) => <>{index > 0 && " · "}<bdi>{name}</bdi></>)}</>;
}

export function DeliverySubject({ conversationId, userId }: { conversationId?: string; userId?: string }) {
  const name = conversationId ? conversationName(conversationId) : userId && nameOf(userId);
  return name ? <bdi>{name}</bdi> : null;
}
