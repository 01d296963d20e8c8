// The messages of a conversation, anchored at the newest one unless the reader scrolled up.
import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../shared/operations";
import { Timeline, type TimelineEntry } from "../timeline";
import { nameOf } from "../stores/names";
import type { Player } from "../stores/playing";
import type { Thread } from "../stores/thread";
import { counted, several } from "../titles";
import { ErrorNote } from "./errors";
import { Icon } from "./icons";
import { authorName, MessageRow } from "./message";
import { NoteRow } from "./notes";

interface ThreadViewProps {
  thread: Thread;
  /** When the conversation was created, shown above its first message. */
  createdAt: string | null;
  /** The player whose view this is; null for the view of the business. */
  player: Player | null;
  onInspect: ((message: Message) => void) | null;
}

const AT_END_PX = 48;
const LOAD_OLDER_PX = 400;

export function ThreadView(props: ThreadViewProps) {
  const { thread, player } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const stuck = useRef(true);
  const seenUntil = useSignal("");
  const newestId = thread.newest.value?.id ?? "";
  const toEnd = (): void => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
    seenUntil.value = newestId;
  };
  const loadOlderAtTop = (): void => {
    const box = scroller.current;
    // A hidden element always has its scroll position at the top.
    if (box?.clientHeight && box.scrollTop <= LOAD_OLDER_PX) void thread.loadOlder();
  };
  const onScroll = (): void => {
    const box = scroller.current;
    if (!box) return;
    stuck.current = thread.atEnd.value && box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX;
    if (stuck.current) seenUntil.value = newestId;
    loadOlderAtTop();
  };
  useKeptPlace(scroller, thread);
  useLayoutEffect(() => {
    if (stuck.current) toEnd();
  }, [newestId, thread.notes.events.value, thread.typing.value]);
  useEffect(() => {
    // The reader may have scrolled up meanwhile. After an error they have to scroll again, or press the button.
    if (thread.loaded.value && !thread.loading.value && !thread.error.value) loadOlderAtTop();
  }, [thread.loading.value]);
  useEffect(() => {
    // Messages have their heights only when they come into view.
    const observer = new ResizeObserver(() => stuck.current && toEnd());
    if (content.current) observer.observe(content.current);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const jump = async (): Promise<void> => {
    if (!thread.atEnd.value) await thread.load();
    stuck.current = true;
    toEnd();
  };
  const unseen = stuck.current ? 0 : thread.messages.value.filter((one) => seenUntil.value && one.id > seenUntil.value).length;
  return (
    <div class="thread">
      <div class="thread-scroller" ref={scroller} tabIndex={0} role="group" aria-label={player ? "Messages as the user sees them" : "Messages"} onScroll={onScroll}>
        {thread.error.value && <ErrorNote error={thread.error.value} onRetry={() => thread.load()} />}
        {thread.loading.value && <p class="thread-note">Loading…</p>}
        <ol class="messages" ref={content} role="list"><Entries {...props} /></ol>
        <Typing thread={thread} player={player} />
      </div>
      {(unseen > 0 || !thread.atEnd.value) && (
        <button type="button" class="button small to-end" onClick={jump}>
          {unseen > 0 ? counted(unseen, "new message") : "Newest messages"}<Icon name="chevron-down" />
        </button>
      )}
    </div>
  );
}

/** Keep the visible messages in place when older ones are added above them. */
function useKeptPlace(scroller: RefObject<HTMLDivElement | null>, thread: Thread): void {
  const firstId = thread.messages.value[0]?.id ?? "";
  const known = useRef(firstId);
  const kept = useRef<{ id: string; distance: number } | null>(null);
  const distanceOf = (id: string): number | null => {
    const message = scroller.current?.querySelector<HTMLElement>(`[data-id="${id}"]`);
    return message && scroller.current ? message.offsetTop - scroller.current.scrollTop : null;
  };
  if (known.current !== firstId) {
    // The document still shows the previous rendering.
    const distance = distanceOf(known.current);
    kept.current = distance === null ? null : { id: known.current, distance };
    known.current = firstId;
  }
  useLayoutEffect(() => {
    const distance = kept.current && distanceOf(kept.current.id);
    if (scroller.current && kept.current && distance !== null) scroller.current.scrollTop += distance - kept.current.distance;
    kept.current = null;
  }, [firstId]);
}

function Entries({ thread, createdAt, player, onInspect }: ThreadViewProps) {
  const { messages, older, loaded, notes } = thread;
  const isComplete = loaded.value && older.value === null;
  const entries = useMemo(
    () => new Timeline(messages.value, notes.events.value, isComplete ? createdAt : null, notes.isPartial.value).entries(),
    [messages.value, notes.events.value, notes.isPartial.value, isComplete, createdAt],
  );
  const readers = useMemo(() => (player ? new Map<string, string>() : readersOf(messages.value, thread.readers.value)), [player, messages.value, thread.readers.value]);
  const kept = useRef<ReadonlyMap<string, Kept>>(new Map());
  const rows = entries.map((entry): Kept => {
    const isReadBy = entry.kind === "message" ? (readers.get(entry.message.id) ?? "") : "";
    const known = kept.current.get(entry.key);
    if (known && known.isReadBy === isReadBy && isSame(known.entry, entry)) return known;
    return { entry, isReadBy, row: <Entry key={entry.key} entry={entry} player={player} onInspect={onInspect} isReadBy={isReadBy} /> };
  });
  kept.current = new Map(rows.map((one) => [one.entry.key, one]));
  return <>{rows.map((one) => one.row)}</>;
}

/** A row that is only rendered again if its contents change, because there may be a thousand rows. */
interface Kept {
  entry: TimelineEntry;
  isReadBy: string;
  row: JSX.Element;
}

function isSame(one: TimelineEntry, other: TimelineEntry): boolean {
  if (one.kind === "message") return other.kind === "message" && one.message === other.message && one.continues === other.continues;
  return one.kind !== "note" && one.kind === other.kind;
}

interface EntryProps extends Pick<ThreadViewProps, "player" | "onInspect"> {
  entry: TimelineEntry;
  /** The ids of the users who have read up to here, separated by spaces. */
  isReadBy: string;
}

function Entry({ entry, player, onInspect, isReadBy }: EntryProps) {
  if (entry.kind === "day") return <li class="day"><span>{entry.text}</span></li>;
  if (entry.kind === "note") return <NoteRow events={entry.events} isPartial={entry.isPartial} inFull={!player} />;
  if (entry.kind === "created") return <li class="note">Conversation created <time dateTime={entry.at}>{entry.text}</time></li>;
  const { author } = entry.message;
  const isOwn = player ? author.userId === player.userId : author.type === "business";
  const readers = isReadBy.split(" ").filter(Boolean).map((id) => (id === BUSINESS ? "the business" : nameOf(id)));
  return <MessageRow message={entry.message} isOwn={isOwn} continues={entry.continues} player={player} onInspect={onInspect} readers={readers} />;
}

const BUSINESS = "business";

/** For each message, the ids of the users whose newest read message it is, separated by spaces. Authors have read
 * their own messages. */
export function readersOf(messages: readonly Message[], times: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [userId, time] of times) {
    const last = messages.findLast((one) => one.received <= time);
    if (!last || (last.author.userId ?? "") === userId) continue;
    found.set(last.id, `${found.get(last.id) ?? ""} ${userId || BUSINESS}`);
  }
  return found;
}

function Typing({ thread, player }: { thread: Thread; player: Player | null }) {
  const others = [...thread.typing.value.values()].filter((one) => (player ? one.userId !== player.userId : one.type === "user"));
  const names = others.map((one) => authorName(one));
  return <p class="typing" aria-live="polite">{names.length > 0 && `${several(names)} ${names.length === 1 ? "is" : "are"} typing…`}</p>;
}
