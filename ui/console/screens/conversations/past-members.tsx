// The members of a conversation at a time in the past.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Member } from "../../../shared/operations";
import { exactTime, localText, shortTime } from "../../../shared/time";
import { Button } from "../../parts/button";
import { Dialog, FormDialog } from "../../parts/dialog";
import { Empty, ErrorNote } from "../../parts/errors";
import { TextField } from "../../parts/fields";
import { List } from "../../parts/list";
import { Id, Time } from "../../parts/values";
import { filter, linkTo, route } from "../../routes";
import { membersAt } from "../../stores/membership-history";
import { nameOf } from "../../stores/names";

const ROW_PX = 56;

export function PastMembers({ conversationId, at }: { conversationId: string; at: string }) {
  const list = useMemo(() => membersAt(conversationId, at), [conversationId, at]);
  const chosen = useSignal<Member | null>(null);
  useEffect(() => void list.load(), [list]);
  const { items, loaded, loading, error } = list;
  return (
    <>
      <p class="row wrap participants-note">
        <span class="spread">As of <time dateTime={at}>{exactTime(at)}</time></span>
        <Button small onPress={() => filter({ at: null })}>Back to now</Button>
      </p>
      {error.value && <ErrorNote error={error.value} onRetry={() => list.load()} />}
      {loaded.value && !items.value.length && <Empty title="No members at this time"><p>The history begins when the server started to record it, and goes back at most --history-days.</p></Empty>}
      <List label="Members at this time" items={items.value} idOf={(one) => one.id} rowHeight={ROW_PX} onOpen={(member) => (chosen.value = member)}
        onEnd={() => void list.loadMore()} row={(one) => <Row member={one} />} note={loading.value ? "Loading…" : null} />
      {chosen.value && <MemberDialog member={chosen.value} conversationId={conversationId} onClose={() => (chosen.value = null)} />}
    </>
  );
}

function Row({ member }: { member: Member }) {
  const { userId, userExternalId, joinedAt, leftAt } = member;
  const name = nameOf(userId);
  return (
    <div class="participant-row">
      <span class="row"><bdi class="truncate title">{name}</bdi>{userExternalId && userExternalId !== name && <bdi class="truncate faint">{userExternalId}</bdi>}</span>
      {leftAt ? <span class="badge">left since</span> : <span />}
      <span class="truncate faint small">Joined {shortTime(joinedAt)} · {leftAt ? `left ${shortTime(leftAt)}` : "still a member"}</span>
    </div>
  );
}

function MemberDialog({ member, conversationId, onClose }: { member: Member; conversationId: string; onClose: () => void }) {
  const { id, userId, userExternalId, joinedAt, leftAt } = member;
  const { query } = route.value;
  const history = linkTo("conversations", { id: conversationId, query: { ...Object.fromEntries(query), at: null, view: "history", member: userId } });
  return (
    <Dialog title={nameOf(userId)} onClose={onClose}>
      <dl class="properties">
        <dt>User</dt><dd><Id value={userId} full /></dd>
        {userExternalId && <><dt>External ID</dt><dd><bdi>{userExternalId}</bdi></dd></>}
        <dt>Participant</dt><dd><Id value={id} full /></dd>
        <dt>Joined</dt><dd><Time value={joinedAt} /></dd>
        <dt>Left</dt><dd>{leftAt ? <Time value={leftAt} /> : "still a member"}</dd>
      </dl>
      <p class="row wrap"><a href={linkTo("users", { id: userId })}>User</a><a href={history}>History in this conversation</a></p>
    </Dialog>
  );
}

/** Asks for the time at which the members are shown. */
export function AskTime({ at, onClose }: { at: string | null; onClose: () => void }) {
  const before = at === null || Number.isNaN(Date.parse(at)) ? new Date() : new Date(at);
  const time = useSignal(localText(before));
  const submit = async (): Promise<void> => filter({ at: new Date(time.value).toISOString(), view: null, member: null });
  return (
    <FormDialog title="View as of…" action="View" onClose={onClose} onSubmit={submit}>
      <TextField label="Time" type="datetime-local" required focused value={time.value} hint="Shows the members at this time."
        onInput={(value) => (time.value = value)} />
    </FormDialog>
  );
}
