// The control of conversations, and the history of control of one conversation.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, call } from "../../shared/api";
import type { ConversationSummary } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { Button } from "../parts/button";
import { ControlHistory } from "../parts/control-history";
import { ErrorNote } from "../parts/errors";
import { SearchField, Select } from "../parts/fields";
import { Id, shortened } from "../parts/values";
import { appId, filter, linkTo, route } from "../routes";
import { useKey } from "../shortcuts";
import { follow } from "../stores/activity";
import type { Board } from "../stores/switchboard";

const NONE = "none";

export function Conversations({ board }: { board: Board }) {
  const typed = useSignal("");
  const { query } = route.value;
  const member = query.get("member") ?? "";
  const all = board.conversations.value;
  const shown = all.filter((one) => !member || (member === NONE ? !one.activeSwitchboardIntegration : concerns(one, member)));
  const choices = [["", "Any integration"] as const, ...board.members.value.map(({ id, name }) => [id, name] as const), [NONE, "None in control"] as const];
  return (
    <section class="board-section" aria-label="Conversations">
      <div class="row wrap">
        <h2 class="spread">Conversations</h2>
        <Select label="Active or pending" hideLabel value={member} choices={choices} onChange={(value) => filter({ member: value })} />
        <SearchField label="Conversation ID, then Enter" value={typed.value} onInput={(value) => (typed.value = value)}
          onEnter={() => typed.value.trim() && filter({ conversationId: typed.value.trim() })} />
      </div>
      <p class="faint small">The {all.length === 100 ? "100 " : ""}most recently active conversations. Counts above are of these.</p>
      {shown.length === 0 && <p class="faint">{all.length ? "No such conversation among these." : "No conversation has been active yet."}</p>}
      <ul class="controlled">
        {shown.map((one) => <Row key={one.id} conversation={one} isSelected={one.id === query.get("conversationId")} />)}
      </ul>
    </section>
  );
}

function concerns({ activeSwitchboardIntegration, pendingSwitchboardIntegration }: ConversationSummary, id: string): boolean {
  return activeSwitchboardIntegration?.id === id || pendingSwitchboardIntegration?.id === id;
}

function nameOf({ displayName, lastMessage, type, id }: ConversationSummary): string {
  return displayName || lastMessage?.text || `${type} ${shortened(id)}`;
}

function Row({ conversation, isSelected }: { conversation: ConversationSummary; isSelected: boolean }) {
  const { id, activeSwitchboardIntegration: active, pendingSwitchboardIntegration: pending } = conversation;
  const query = { ...Object.fromEntries(route.value.query), conversationId: id };
  return (
    <li>
      <a href={linkTo("switchboard", { query })} aria-current={isSelected ? "true" : undefined}>
        <span class="truncate spread" dir="auto">{nameOf(conversation)}</span>
        <span class="control-state">
          {active ? <span class="badge">{active.name}</span> : <span class="faint">none</span>}
          {pending && <span class="badge warn">{pending.name} pending</span>}
        </span>
      </a>
    </li>
  );
}

function close(): void {
  filter({ conversationId: null });
}

/** The control of one conversation: its state now, and its history. */
export function ConversationControl({ id, board }: { id: string; board: Board }) {
  const found = useSignal<ConversationSummary | null>(null);
  const error = useSignal<ApiError | null>(null);
  const load = (): void => {
    call("GetAppConversation", { appId: appId.value, conversationId: id })
      .then((one) => (found.value = one.conversation), (failure: unknown) => (error.value = asApiError(failure)));
  };
  useEffect(() => {
    load();
    return follow({ onEvents: (events) => events.some((one) => one.conversationId === id) && load(), onReset: load });
  }, [id, board]);
  useKey("Escape", close, []);
  const one = found.value;
  return (
    <article class="detail">
      <div class="detail-head">
        <h2 class="spread" dir="auto">{one ? nameOf(one) : "Conversation"}</h2>
        <Button kind="quiet" icon="x" label="Close" onPress={close} />
      </div>
      {error.value && <ErrorNote error={error.value} />}
      {one && (
        <dl class="properties">
          <dt>Conversation</dt><dd class="row wrap"><Id value={id} /><a href={linkTo("conversations", { id })}>Open</a></dd>
          <dt>Active</dt><dd>{one.activeSwitchboardIntegration?.name ?? <span class="faint">none</span>}</dd>
          <dt>Pending</dt><dd>{one.pendingSwitchboardIntegration?.name ?? <span class="faint">none</span>}</dd>
        </dl>
      )}
      {one && <section class="stack" aria-label="History of control"><h3>History of control</h3><ControlHistory conversationId={id} /></section>}
    </article>
  );
}
