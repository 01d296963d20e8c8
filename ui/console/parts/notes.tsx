// Events between messages: joins, leaves, and changes of control.
import type { EventRecord } from "../../shared/operations";
import { linkTo } from "../routes";
import { changesOf } from "../stores/control";
import { nameOf } from "../stores/names";
import { several } from "../titles";
import { clockTime } from "./message";
import { shortened } from "./values";

const VERBS: Record<string, string> = { "conversation:join": "joined", "conversation:leave": "left" };

/** One line for consecutive events of one type; `isPartial` says that there were more than these. */
export function NoteRow({ events, isPartial, inFull }: { events: readonly EventRecord[]; isPartial: boolean; inFull: boolean }) {
  const [first] = events;
  if (!first) return null;
  const verb = VERBS[first.type];
  const names = events.slice(0, 3).map((one) => (one.userId ? nameOf(one.userId) : "Someone"));
  const all = [...names, ...Array<string>(Math.max(0, events.length - names.length)).fill("")];
  return (
    <li class="note">
      <bdi>{verb ? `${several(all, isPartial)} ${verb}` : controlText(first)}</bdi>
      <time dateTime={first.createdAt}>{clockTime(first.createdAt)}</time>
      {inFull && events.length === 1 && first.keyId && <span>key {shortened(first.keyId)}</span>}
      {inFull && events.length === 1 && first.requestId && (
        <a href={linkTo("requests", { query: { requestId: first.requestId } })} title={first.requestId}>request {shortened(first.requestId)}</a>
      )}
    </li>
  );
}

/** `Control passed to desk`, `Offering failed: The switchboard is not enabled`. */
function controlText(event: EventRecord): string {
  const [change] = changesOf([event], false);
  if (!change) return event.type;
  return change.failed ? change.text : `Control ${change.text.toLowerCase().slice(0, 1)}${change.text.slice(1)}`;
}
