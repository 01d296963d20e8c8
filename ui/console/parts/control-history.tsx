// Who controlled a conversation, and how that changed.
import { useEffect, useMemo } from "preact/hooks";
import { linkTo } from "../routes";
import { type ControlChange, ControlHistory as History } from "../stores/control";
import { Button } from "./button";
import { ErrorNote } from "./errors";
import { Id, Json, Time } from "./values";

/** The changes of control of a conversation, newest first. */
export function ControlHistory({ conversationId }: { conversationId: string }) {
  const history = useMemo(() => new History(conversationId), [conversationId]);
  useEffect(() => history.start(), [history]);
  const { error, loaded, loading, hasMore } = history.pages;
  const changes = history.changes.value;
  return (
    <div class="stack">
      {error.value && <ErrorNote error={error.value} onRetry={() => history.pages.load()} />}
      {loaded.value && !loading.value && changes.length === 0 && (
        <p class="faint">{hasMore.value ? "No change of control among the newest events." : "No change of control yet."}</p>
      )}
      <ol class="control-history" aria-label="Changes of control">
        {changes.map((one) => <Change key={one.event.id} change={one} />)}
      </ol>
      {loading.value && <p class="faint">Loading…</p>}
      {hasMore.value && !loading.value && <div class="row"><Button small onPress={() => history.loadMore()}>Load older</Button></div>}
    </div>
  );
}

function Change({ change }: { change: ControlChange }) {
  const { event, text, failed, active, pending, reason, metadata } = change;
  return (
    <li class={failed ? "failed" : undefined}>
      <p class="row wrap">
        <strong class={failed ? "error" : undefined} dir="auto">{text}</strong>
        {reason && <span class="badge">{reason}</span>}
      </p>
      <p class="muted small row wrap">
        <Time value={event.createdAt} />
        {event.keyId && <span>key <Id value={event.keyId} /></span>}
        {event.requestId && <a href={linkTo("requests", { query: { requestId: event.requestId } })}>Request</a>}
        <span>Active: {active ?? "none"}{pending && `; pending: ${pending}`}</span>
      </p>
      {metadata && <Json value={metadata} />}
    </li>
  );
}
