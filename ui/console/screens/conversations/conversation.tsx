// One conversation: its messages, the composer, and the control.
import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import type { Message } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { Menu } from "../../parts/dialog";
import { attempt, Empty, ErrorNote } from "../../parts/errors";
import { lazy } from "../../parts/lazy";
import { ThreadView } from "../../parts/thread-view";
import { Id } from "../../parts/values";
import { filter, linkTo, route, select } from "../../routes";
import { isViewer } from "../../session";
import { postActivity } from "../../stores/composing";
import { OpenConversation } from "../../stores/conversation";
import type { ConversationList } from "../../stores/conversations";
import { Participants } from "../../stores/participants";
import { Thread } from "../../stores/thread";
import { count, titleOf } from "../../titles";
import { AddParticipant } from "./add-participant";
import { Composer } from "./composer";
import { Control } from "./control";
import { Details } from "./details";
import { DeleteConversation } from "./deleting";
import { MessageDialog } from "./message-dialog";

const Play = lazy("Play");

/** The stores of the open conversation. */
export interface Opened {
  id: string;
  one: OpenConversation;
  thread: Thread;
  /** The participants who joined first, from whom a message can be sent. */
  participants: Participants;
}

export function ConversationPane({ id, list }: { id: string; list: ConversationList }) {
  const opened = useMemo<Opened>(() => ({ id, one: new OpenConversation(id), thread: new Thread(id), participants: new Participants(id) }), [id]);
  const { one, thread, participants } = opened;
  useEffect(() => {
    const stops = [one.start(), thread.start(), participants.start()];
    return () => stops.forEach((stop) => stop());
  }, [opened]);
  useEffect(() => {
    for (const { userId, lastRead } of participants.pages.items.value) thread.readBy({ type: "user", userId }, lastRead);
    thread.readBy({ type: "business" }, one.conversation.value?.businessLastRead);
  }, [participants.version.value, one.conversation.value]);
  if (one.isGone.value) return <Gone title="This conversation was deleted" list={list} id={id} />;
  if (one.error.value?.status === 404) return <Gone title="There is no such conversation" list={list} id={id} />;
  const plays = route.value.query.get("play");
  return (
    <>
      <section class="conversation" aria-label="Conversation">
        <Header opened={opened} />
        {one.error.value && <ErrorNote error={one.error.value} onRetry={() => one.load()} />}
        <Messages opened={opened} />
        {!isViewer.value && <Composer opened={opened} />}
      </section>
      {plays && !isViewer.value ? <Play opened={opened} wanted={plays} /> : <Details opened={opened} />}
    </>
  );
}

function Gone({ title, list, id }: { title: string; list: ConversationList; id: string }) {
  useEffect(() => list.pages.remove(id), [id]);
  return <div class="conversation"><Empty title={title}><Button onPress={() => select(null)}>All conversations</Button></Empty></div>;
}

function Messages({ opened: { one, thread } }: { opened: Opened }) {
  const inspected = useSignal<Message | null>(null);
  const inspect = useCallback((message: Message) => void (inspected.value = message), [inspected]);
  return (
    <>
      <ThreadView thread={thread} createdAt={one.conversation.value?.createdAt ?? null} player={null} onInspect={inspect} />
      {inspected.value && <MessageDialog message={inspected.value} thread={thread} onClose={() => (inspected.value = null)} />}
    </>
  );
}

function Header({ opened }: { opened: Opened }) {
  const { one, id } = opened;
  const { conversation, summary, limit, participantCount } = one;
  const dialog = useSignal<"join" | "delete" | null>(null);
  const isGroup = conversation.value?.type === "sdkGroup";
  const close = (): void => void (dialog.value = null);
  return (
    <header class="conversation-head">
      <a class="button quiet icon back" href={linkTo("conversations")} aria-label="All conversations">‹</a>
      <div class="spread">
        <h2 class="truncate"><bdi>{summary.value ? titleOf(summary.value) : "…"}</bdi></h2>
        <p class="row small muted conversation-facts">
          <Id value={id} />
          {conversation.value && <span class="not-on-phone">{isGroup ? "sdkGroup" : "personal"}</span>}
          {isGroup && <a href={linkTo("conversations", { id, query: { tab: "participants" } })}>{count(participantCount.value)} of {count(limit.value)}</a>}
        </p>
      </div>
      {!isViewer.value && isGroup && <span class="not-on-phone"><Button icon="plus" label="Add participant" onPress={() => (dialog.value = "join")}><span class="when-wide">Add participant</span></Button></span>}
      {!isViewer.value && <PlayButton />}
      <span class="only-narrow"><Button kind="quiet" onPress={() => filter({ tab: route.value.query.get("tab") ? null : "activity", play: null })}>Details</Button></span>
      {!isViewer.value && (
        <Menu label="More actions" icon="ellipsis" items={[
          { text: "Mark as read by the business", icon: "eye", onPress: () => attempt(() => postActivity(id, "conversation:read", null), "Marked as read") },
          { text: "Edit name and metadata", icon: "pencil", onPress: () => filter({ tab: "json", play: null }) },
          { text: "Delete conversation…", icon: "trash-2", onPress: () => (dialog.value = "delete") },
        ]} />
      )}
      <Control opened={opened} />
      {dialog.value === "join" && <AddParticipant conversationId={id} onClose={close} />}
      {dialog.value === "delete" && <DeleteConversation one={one} onClose={close} />}
    </header>
  );
}

function PlayButton() {
  const plays = route.value.query.has("play");
  return <Button icon="play" pressed={plays} label={plays ? "Stop playing" : "Play"} onPress={() => filter({ play: plays ? null : "1" })}><span class="when-wide">{plays ? "Stop playing" : "Play"}</span></Button>;
}
