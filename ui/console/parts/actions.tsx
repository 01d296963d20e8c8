// The actions of messages and of the items in them.
import type { Message } from "../../shared/operations";
import type { Player } from "../stores/playing";
import { Button } from "./button";
import { attempt } from "./errors";
import { Icon } from "./icons";
import { Link } from "./rich-text";

export type Action = NonNullable<Extract<Message["content"], { type: "text" }>["actions"]>[number];

interface ActionsProps {
  actions: readonly Action[] | undefined;
  messageId: string;
  player: Player | null;
}

/** All actions except quick replies, which are shown below the newest message only. */
export function Actions({ actions = [], messageId, player }: ActionsProps) {
  const shown = player ? actions.filter((one) => one.type !== "reply" && one.type !== "locationRequest") : actions;
  if (!shown.length) return null;
  return <div class="actions">{shown.map((one, index) => <ActionButton key={index} action={one} messageId={messageId} player={player} />)}</div>;
}

function ActionButton({ action, messageId, player }: { action: Action; messageId: string; player: Player | null }) {
  if (action.type === "link" || action.type === "webview")
    return <span class="action"><Link url={action.uri}><span dir="auto">{action.text}</span><Icon name="external-link" /></Link></span>;
  const label = action.type === "buy" ? `${action.text} · ${price(action)}` : action.text;
  if (player && action.type === "postback")
    return <Button small onPress={() => attempt(() => player.press(messageId, action.payload), `Sent postback “${action.payload}”`)}>{label}</Button>;
  return <span class={`action ${action.type}`} title={titleOfAction(action)} dir="auto">{label}</span>;
}

function titleOfAction(action: Action): string {
  if (action.type === "reply") return `Quick reply, payload: ${action.payload}`;
  if (action.type === "postback") return `Postback, payload: ${action.payload}`;
  return action.type === "buy" ? "Payment" : "Request for the location";
}

function price({ amount, currency = "USD" }: { amount: number; currency?: string }): string {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount / 100);
  } catch {
    return `${amount / 100} ${currency}`;
  }
}

/** The quick replies below the newest message, which an end user can press instead of writing. */
export function QuickReplies({ message, player, onDone }: { message: Message; player: Player; onDone: (posted: Message[]) => void }) {
  const actions: Action[] = "actions" in message.content ? (message.content.actions ?? []) : [];
  const places = actions.filter((one) => one.type === "locationRequest");
  const replies = actions.filter((one) => one.type === "reply");
  if (!places.length && !replies.length) return null;
  const location = { type: "location", coordinates: { lat: 52.520008, long: 13.404954 } } as const;
  return (
    <div class="quick-replies" role="group" aria-label="Quick replies">
      {replies.map((one, index) => (
        <Button small key={index} onPress={() => attempt(async () => onDone(await player.reply(one)))}>{one.text}</Button>
      ))}
      {places.map((one, index) => (
        <Button small key={index} icon="map-pin" onPress={() => attempt(async () => onDone(await player.write(location)))}>{one.text}</Button>
      ))}
    </div>
  );
}
