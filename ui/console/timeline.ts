// Messages, days and notes in the order in which they are shown.
import type { EventRecord, Message } from "../shared/operations";

export type TimelineEntry =
  | { kind: "message"; key: string; message: Message; continues: boolean }
  | { kind: "day"; key: string; text: string }
  | { kind: "created"; key: string; at: string; text: string }
  | { kind: "note"; key: string; events: EventRecord[]; isPartial: boolean };

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
/** The pause after which a message shows its author again. */
const PAUSE_MS = 5 * 60_000;

export class Timeline {
  private readonly found: TimelineEntry[] = [];
  private day = "";

  /** `createdAt` is null if there are older messages. */
  constructor(
    private readonly messages: readonly Message[],
    private readonly notes: readonly EventRecord[],
    private readonly createdAt: string | null,
    /** Whether older notes exist that are not loaded. */
    private readonly isPartial = false,
    private readonly now = new Date(),
  ) {}

  entries(): TimelineEntry[] {
    if (this.createdAt !== null) {
      this.separate(this.createdAt);
      this.found.push({ kind: "created", key: "created", at: this.createdAt, text: clock.format(new Date(this.createdAt)) });
    }
    const first = this.messages[0];
    // Notes before the first message belong to messages that are not loaded, unless it is the first of all.
    let rest = this.notes.filter((one) => this.createdAt !== null || (first !== undefined && one.createdAt >= first.received));
    let last: Message | null = null;
    for (const message of this.messages) {
      const before = rest.findIndex((one) => one.createdAt > message.received);
      const count = before < 0 ? rest.length : before;
      this.addNotes(rest.slice(0, count));
      rest = rest.slice(count);
      this.separate(message.received);
      const continues = this.found.at(-1)?.kind === "message" && last !== null && follows(message, last);
      this.found.push({ kind: "message", key: message.id, message, continues });
      last = message;
    }
    this.addNotes(rest);
    return this.found;
  }

  private addNotes(notes: readonly EventRecord[]): void {
    for (const one of notes) {
      this.separate(one.createdAt);
      const previous = this.found.at(-1);
      const canJoin = /^conversation:(?:join|leave)$/.test(one.type);
      if (canJoin && previous?.kind === "note" && previous.events[0]?.type === one.type) previous.events.push(one);
      else this.found.push({ kind: "note", key: one.id, events: [one], isPartial: this.isPartial && one === this.notes[0] });
    }
  }

  private separate(iso: string): void {
    const date = new Date(iso);
    const day = date.toDateString();
    if (day === this.day) return;
    this.day = day;
    this.found.push({ kind: "day", key: `day-${iso}`, text: this.nameOfDay(date) });
  }

  private nameOfDay(date: Date): string {
    const yesterday = new Date(this.now);
    yesterday.setDate(yesterday.getDate() - 1);
    if (date.toDateString() === this.now.toDateString()) return "Today";
    return date.toDateString() === yesterday.toDateString() ? "Yesterday" : dayFormat.format(date);
  }
}

function follows(message: Message, last: Message): boolean {
  const [one, other] = [message.author, last.author];
  return one.type === other.type && one.userId === other.userId && one.displayName === other.displayName &&
    Date.parse(message.received) - Date.parse(last.received) < PAUSE_MS;
}
