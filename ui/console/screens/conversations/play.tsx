// Plays end users next to the business, each on a phone: writes, reads, presses, fills in forms, sends files and types.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { QuickReplies } from "../../parts/actions";
import { Button } from "../../parts/button";
import { Menu } from "../../parts/dialog";
import { attempt, Empty } from "../../parts/errors";
import { Check, Select } from "../../parts/fields";
import { ThreadView } from "../../parts/thread-view";
import { filter } from "../../routes";
import { fileContent } from "../../stores/composing";
import { nameOf } from "../../stores/names";
import { Player } from "../../stores/playing";
import { AddParticipant } from "./add-participant";
import { MessageField } from "./composer";
import type { Opened } from "./conversation";

const MOST_PHONES = 4;

/** `wanted` has the ids of the users to play; anything else means the first participant. */
export function Play({ opened, wanted }: { opened: Opened; wanted: string }) {
  const adding = useSignal(false);
  const { items, loaded } = opened.participants.pages;
  const known = items.value.map((one) => one.userId);
  const played = playedUsers(wanted, known);
  const others = known.filter((one) => !played.includes(one));
  const isGroup = opened.one.conversation.value?.type === "sdkGroup";
  const play = (userIds: string[]): void => filter({ play: userIds.join(",") || null });
  const add = (): void => void (adding.value = true);
  return (
    <aside class="conversation-details play open" aria-label="Play an end user">
      <div class="bar">
        <h2 class="spread">Play</h2>
        {isGroup && played.length > 0 && played.length < MOST_PHONES && (
          <Menu label="Play another user" icon="plus" items={others.map((one) => ({ text: nameOf(one), onPress: () => play([...played, one]) }))}
            actions={[{ text: "Add participant…", icon: "plus", onPress: add }]} />
        )}
        <Button kind="quiet" icon="x" label="Stop playing" onPress={() => play([])} />
      </div>
      {played.length > 0 && (
        <div class="phones">
          {played.map((userId, index) => (
            <Phone key={userId} opened={opened} userId={userId} choices={[userId, ...others]} onChange={(next) => play(played.with(index, next))}
              onClose={played.length > 1 ? () => play(played.toSpliced(index, 1)) : null} />
          ))}
        </div>
      )}
      {!played.length && loaded.value && <Empty title="No user to play"><p>The conversation has no participants.</p><Button kind="primary" onPress={add}>Add participant</Button></Empty>}
      {adding.value && <AddParticipant conversationId={opened.id} onClose={() => (adding.value = false)} />}
    </aside>
  );
}

function playedUsers(wanted: string, known: readonly string[]): string[] {
  const ids = wanted.split(",").filter((one) => /^[0-9a-f]{24}$/.test(one));
  return [...new Set(ids.length ? ids : known.slice(0, 1))].slice(0, MOST_PHONES);
}

interface PhoneProps {
  opened: Opened;
  userId: string;
  /** The ids of the users who can be played on this phone: its own, and the users whom no other phone plays. */
  choices: readonly string[];
  onChange: (userId: string) => void;
  /** Removes the phone; null for the only one. */
  onClose: (() => void) | null;
}

function Phone({ opened, userId, choices, onChange, onClose }: PhoneProps) {
  const { thread, id, one } = opened;
  const player = useMemo(() => new Player(id, userId), [id, userId]);
  const reads = useSignal(true);
  useReading(opened, player, reads.value);
  useEffect(() => () => void player.stopTyping().catch(() => undefined), [player]);
  const newest = thread.newest.value;
  const name = nameOf(userId);
  return (
    <section class="phone" aria-label={`Phone of ${name}`}>
      <div class="row phone-head">
        <Select label="User" hideLabel value={userId} choices={choices.map((one) => [one, nameOf(one)] as const)} onChange={onChange} />
        <Check label="Reads" title="Read messages as they arrive" checked={reads.value} onChange={(value) => (reads.value = value)} />
        {onClose && <Button kind="quiet" icon="x" label={`Stop playing ${name}`} onPress={onClose} />}
      </div>
      <ThreadView thread={thread} createdAt={one.conversation.value?.createdAt ?? null} player={player} onInspect={null} />
      {newest && newest.author.userId !== userId && <QuickReplies message={newest} player={player} onDone={(posted) => thread.add(posted)} />}
      {!reads.value && <div class="row phone-read"><Button small icon="eye" onPress={() => attempt(() => player.read(), "Marked as read")}>Mark as read</Button></div>}
      <PhoneComposer opened={opened} player={player} />
    </section>
  );
}

/** Report that the user has read what others wrote, as long as the page is visible. */
function useReading({ thread }: Opened, player: Player, reads: boolean): void {
  const newest = thread.newest.value;
  const isRead = newest === null || newest.author.userId === player.userId || newest.received <= (thread.readers.value.get(player.userId) ?? "");
  useEffect(() => {
    if (!reads || isRead || document.hidden) return;
    void player.read().catch(() => undefined);
  }, [player, newest?.id, reads, isRead]);
}

function PhoneComposer({ opened: { id, thread }, player }: { opened: Opened; player: Player }) {
  const text = useSignal("");
  const picker = useRef<HTMLInputElement>(null);
  const send = async (): Promise<void> => {
    const written = text.value.trim();
    if (!written) return;
    text.value = "";
    const isSent = await attempt(async () => thread.add(await player.write({ type: "text", text: written })));
    if (!isSent) text.value ||= written;
  };
  const upload = async (): Promise<void> => {
    const file = picker.current?.files?.[0];
    if (file) await attempt(async () => thread.add(await player.write(await fileContent(id, file))));
    if (picker.current) picker.current.value = "";
  };
  return (
    <div class="row phone-composer">
      <input ref={picker} type="file" hidden aria-label={`File of ${nameOf(player.userId)}`} onChange={() => void upload()} />
      <Button kind="quiet" icon="paperclip" label="Send a file as the user" onPress={() => picker.current?.click()} />
      <MessageField label={`Message of ${nameOf(player.userId)}`} value={text.value} placeholder="Type a message" onSend={send} onInput={(value) => {
        text.value = value;
        if (value) void player.type().catch(() => undefined);
      }} />
      <Button kind="primary" icon="send" label="Send as the user" onPress={send} />
    </div>
  );
}
