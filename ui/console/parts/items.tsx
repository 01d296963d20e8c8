// The items of carousels and lists.
import type { Item } from "../../shared/operations";
import type { Player } from "../stores/playing";
import { Actions } from "./actions";
import { Picture } from "./media";

interface ItemsProps {
  items: readonly Item[];
  kind: "carousel" | "item-list";
  messageId: string;
  player: Player | null;
}

export function Items({ items, kind, messageId, player }: ItemsProps) {
  return (
    <ul class={kind} tabIndex={kind === "carousel" ? 0 : undefined} aria-label={kind === "carousel" ? "Carousel" : "List"}>
      {items.map((one, index) => (
        <li key={index} class="item">
          {one.mediaUrl && <Picture url={one.mediaUrl} text={one.altText} />}
          <p class="item-title" dir="auto">{one.title}</p>
          {one.description && <p class="muted" dir="auto">{one.description}</p>}
          <Actions actions={one.actions} messageId={messageId} player={player} />
        </li>
      ))}
    </ul>
  );
}
