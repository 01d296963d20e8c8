// The content of a message of any type. With `player`, actions of an end user are buttons.
import type { Message } from "../../shared/operations";
import type { Player } from "../stores/playing";
import { counted } from "../titles";
import { Actions } from "./actions";
import { Items } from "./items";
import { FileLink, Picture } from "./media";
import { PlainText, RichText } from "./rich-text";
import { FormContent, FormResponse } from "./form-content";
import { Icon } from "./icons";
import { Json } from "./values";

export interface ContentProps {
  message: Message;
  /** Plays an end user; null for the view of the business. */
  player: Player | null;
}

/** The size in bytes of a content that the server hides (`--console-contents no`); undefined for other contents. */
export function hiddenSize(content: object): number | undefined {
  return "size" in content && typeof content.size === "number" ? content.size : undefined;
}

export function Contents({ message, player }: ContentProps) {
  const { content } = message;
  const size = hiddenSize(content);
  if (size !== undefined)
    return <p class="faint" title="This console shows no message contents">{content.type}, {counted(size, "byte")}</p>;
  switch (content.type) {
    case "text":
      return <><Text content={content} /><Actions actions={content.actions} messageId={message.id} player={player} /></>;
    case "image":
      return (
        <>
          <Picture url={content.mediaUrl} text={content.altText} />
          <Text content={content} />
          <Actions actions={content.actions} messageId={message.id} player={player} />
        </>
      );
    case "file":
      return <><FileLink url={content.mediaUrl} text={content.altText} size={content.mediaSize} /><Text content={content} /></>;
    case "carousel":
      return <Items items={content.items} kind="carousel" messageId={message.id} player={player} />;
    case "list":
      return (
        <>
          <Items items={content.items} kind="item-list" messageId={message.id} player={player} />
          <Actions actions={content.actions} messageId={message.id} player={player} />
        </>
      );
    case "location":
      return <Location content={content} />;
    case "form":
      return <FormContent message={message} content={content} player={player} />;
    case "formResponse":
      return <FormResponse content={content} />;
    case "template":
      return <div class="stack small"><span class="faint">Template</span><Json value={content.template} /></div>;
    default:
      return <Json value={content} />;
  }
}

function Text({ content }: { content: { text?: string; htmlText?: string } }) {
  if (content.htmlText) return <RichText html={content.htmlText} />;
  return content.text ? <PlainText text={content.text} /> : null;
}

type LocationContent = Extract<Message["content"], { type: "location" }>;

function Location({ content: { coordinates, location } }: { content: LocationContent }) {
  return (
    <div class="location">
      <Icon name="map-pin" />
      <div>
        {location?.name && <p class="item-title" dir="auto">{location.name}</p>}
        {location?.address && <p dir="auto">{location.address}</p>}
        <p class="mono muted">{coordinates.lat}, {coordinates.long}</p>
      </div>
    </div>
  );
}
