// The participants of a conversation. Lists of any length open immediately, at either end.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Participant } from "../../../shared/operations";
import { shortTime } from "../../../shared/time";
import { Button, Segments } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Empty, ErrorNote } from "../../parts/errors";
import { lazy } from "../../parts/lazy";
import { List } from "../../parts/list";
import { Id, Time } from "../../parts/values";
import { filter, route } from "../../routes";
import { isViewer } from "../../session";
import { nameOf } from "../../stores/names";
import { joinedAt, type JoinOrder, Participants } from "../../stores/participants";
import { count } from "../../titles";
import { AddParticipant } from "./add-participant";
import type { Opened } from "./conversation";
import { RemoveParticipant } from "./deleting";

const PastMembers = lazy("PastMembers");
const AskTime = lazy("AskTime");
const MembershipHistory = lazy("MembershipHistory");

type View = "now" | "past" | "history";

const VIEWS = [{ value: "now", text: "Now" }, { value: "past", text: "As of…" }, { value: "history", text: "History" }] as const;
/** Clears the URL parameters of views of the past and of changes, which shows the present participants. */
export const NOW = { at: null, view: null, member: null };
const ORDERS = [{ value: "first", text: "Joined first" }, { value: "last", text: "Joined last" }] as const;
const ROW_PX = 56;

export function ParticipantsTab({ opened }: { opened: Opened }) {
  const { query } = route.value;
  const at = query.get("at");
  const view: View = at !== null ? "past" : query.get("view") === "history" ? "history" : "now";
  const dialog = useSignal<"add" | "time" | null>(null);
  const close = (): void => void (dialog.value = null);
  const show = (wanted: View): void => {
    if (wanted === "past") dialog.value = "time";
    else filter({ ...NOW, view: wanted === "history" ? wanted : null });
  };
  const isGroup = opened.one.conversation.value?.type === "sdkGroup";
  return (
    <div class="participants">
      {isGroup && (
        <div class="row wrap participants-bar">
          <Segments label="Members" choices={VIEWS} value={view} onChange={show} />
          <span class="spread" />
          {!isViewer.value && <Button icon="plus" onPress={() => (dialog.value = "add")}>Add</Button>}
        </div>
      )}
      {view === "now" && <PresentMembers opened={opened} isGroup={isGroup} />}
      {at !== null && <PastMembers conversationId={opened.id} at={at} />}
      {view === "history" && <MembershipHistory conversationId={opened.id} userId={query.get("member")} />}
      {dialog.value === "add" && <AddParticipant conversationId={opened.id} onClose={close} />}
      {dialog.value === "time" && <AskTime at={at} onClose={close} />}
    </div>
  );
}

function PresentMembers({ opened, isGroup }: { opened: Opened; isGroup: boolean }) {
  const order = useSignal<JoinOrder>("first");
  /** Whether `End` changed the order, so that `Home` goes back. */
  const jumped = useSignal(false);
  const chosen = useSignal<Participant | null>(null);
  const list = useMemo(() => new Participants(opened.id, order.value), [order.value]);
  useEffect(() => list.start(), [list]);
  const { items, loaded, loading, error } = list.pages;
  /** If only a part of a list is loaded, its end is the beginning of the list in the other order. */
  const jump = (event: KeyboardEvent): void => {
    const isJump = event.key === "End" ? list.pages.hasMore.value : event.key === "Home" && jumped.value;
    if (!isJump || (event.target as Element).role !== "listbox") return;
    event.stopPropagation();
    event.preventDefault();
    jumped.value = event.key === "End";
    order.value = order.value === "first" ? "last" : "first";
  };
  const sort = (wanted: JoinOrder): void => {
    jumped.value = false;
    order.value = wanted;
  };
  return (
    <div class="participants" onKeyDownCapture={jump}>
      {isGroup && <div class="row participants-note"><Segments label="Order" choices={ORDERS} value={order.value} onChange={sort} /></div>}
      {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
      {loaded.value && !items.value.length && <Empty title="No participants"><p>{isGroup ? "The group remains and can be joined again." : "The user was deleted."}</p></Empty>}
      <List label="Participants" items={items.value} idOf={(one) => one.id} rowHeight={ROW_PX} total={opened.one.participantCount.value}
        onOpen={(participant) => (chosen.value = participant)} onEnd={() => void list.pages.loadMore()} row={(one) => <Row participant={one} />} note={loading.value ? "Loading…" : null} />
      {chosen.value && <ParticipantDialog participant={chosen.value} opened={opened} onClose={() => (chosen.value = null)} />}
    </div>
  );
}

function Row({ participant }: { participant: Participant }) {
  const { userId, userExternalId, unreadCount, lastRead, clientAssociations } = participant;
  const name = nameOf(userId);
  const client = clientAssociations[0]?.type ?? "no client";
  return (
    <div class="participant-row">
      <span class="row"><bdi class="truncate title">{name}</bdi>{userExternalId && userExternalId !== name && <bdi class="truncate faint">{userExternalId}</bdi>}</span>
      {unreadCount > 0 ? <span class="badge">{count(unreadCount)} unread</span> : <span />}
      <span class="truncate faint small">Joined {shortTime(joinedAt(participant))} · {lastRead ? `read ${shortTime(lastRead)}` : "never read"} · {client}</span>
    </div>
  );
}

interface ParticipantDialogProps {
  participant: Participant;
  opened: Opened;
  onClose: () => void;
}

function ParticipantDialog({ participant, opened, onClose }: ParticipantDialogProps) {
  const removing = useSignal(false);
  const { id, userId, userExternalId, unreadCount, lastRead, clientAssociations } = participant;
  if (removing.value) return <RemoveParticipant participant={participant} one={opened.one} onClose={onClose} />;
  const isGroup = opened.one.conversation.value?.type === "sdkGroup";
  return (
    <Dialog title={nameOf(userId)} onClose={onClose}>
      <dl class="properties">
        <dt>User</dt><dd><Id value={userId} full /></dd>
        {userExternalId && <><dt>External ID</dt><dd><bdi>{userExternalId}</bdi></dd></>}
        <dt>Participant</dt><dd><Id value={id} full /></dd>
        <dt>Joined</dt><dd><Time value={joinedAt(participant)} /></dd>
        <dt>Unread</dt><dd>{count(unreadCount)}</dd>
        <dt>Last read</dt><dd>{lastRead ? <Time value={lastRead} /> : "never"}</dd>
        <dt>Clients</dt><dd>{clientAssociations.length ? clientAssociations.map((one) => <div key={one.clientId}>{one.type} <Id value={one.clientId} /></div>) : "none"}</dd>
      </dl>
      <div class="dialog-actions">
        {isGroup && <Button icon="history" onPress={() => filter({ view: "history", member: userId })}>History</Button>}
        {!isViewer.value && <Button icon="play" onPress={() => filter({ play: userId, tab: null })}>Play</Button>}
        {!isViewer.value && isGroup && <Button kind="danger" onPress={() => (removing.value = true)}>Remove…</Button>}
      </div>
    </Dialog>
  );
}
