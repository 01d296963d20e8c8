// Who joined and left a conversation, newest first, with the key and the request of each change.
import { useEffect, useMemo } from "preact/hooks";
import type { MembershipChange } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { Empty, ErrorNote } from "../../parts/errors";
import { Id, shortened, Time } from "../../parts/values";
import { filter, linkTo, route } from "../../routes";
import { MembershipChanges } from "../../stores/membership-history";
import { nameOf } from "../../stores/names";

const REASONS: Record<string, string> = {
  create: "when the conversation was created", merge: "users were merged", import: "imported",
  userRemove: "the user was deleted", conversationRemove: "the conversation was deleted",
};

/** With `userId`, the changes of this user only. */
export function MembershipHistory({ conversationId, userId }: { conversationId: string; userId: string | null }) {
  const changes = useMemo(() => new MembershipChanges(conversationId, userId), [conversationId, userId]);
  useEffect(() => changes.start(), [changes]);
  const { items, loaded, loading, error, hasMore } = changes.pages;
  return (
    <>
      {userId && (
        <p class="row wrap participants-note">
          <span class="spread">Only <strong dir="auto">{nameOf(userId)}</strong></span>
          <Button small onPress={() => filter({ member: null })}>Show all</Button>
        </p>
      )}
      <div class="activity-log" tabIndex={0} role="group" aria-label="History of members">
        {error.value && <ErrorNote error={error.value} onRetry={() => changes.pages.load()} />}
        {loaded.value && !items.value.length && <Empty title="No history"><p>Who joins and leaves appears here. The server keeps it for as long as --history-days says.</p></Empty>}
        <ol role="list">{items.value.map((one) => <Change key={`${one.type} ${one.id}`} change={one} />)}</ol>
        {loading.value ? <p class="list-note">Loading…</p> : hasMore.value && <Button small onPress={() => changes.pages.loadMore()}>Show older</Button>}
      </div>
    </>
  );
}

function Change({ change }: { change: MembershipChange }) {
  const { type, time, userId, reason, keyId, requestId } = change;
  const { id, query } = route.value;
  const then = linkTo("conversations", { id, query: { ...Object.fromEntries(query), view: null, member: null, at: time } });
  const cause = reason && REASONS[reason];
  return (
    <li>
      <p class="row">
        <Time value={time} />
        <a class="truncate" href={linkTo("users", { id: userId })} dir="auto">{nameOf(userId)}</a>{" "}
        <span class="fact">{type}</span>{" "}
        {cause && <span class="truncate faint small" title={cause}>{cause}</span>}
      </p>
      <p class="row wrap follows">
        {keyId && <span>key <Id value={keyId} /></span>}
        {requestId && <a href={linkTo("requests", { query: { requestId } })} title={requestId}>request {shortened(requestId)}</a>}
        <a href={then}>members then</a>
      </p>
    </li>
  );
}
