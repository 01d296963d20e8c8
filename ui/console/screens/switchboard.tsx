// The switchboard: the integrations that share the conversations, and the control of each conversation.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../parts/button";
import { FormDialog, Menu } from "../parts/dialog";
import { attempt, Empty, ErrorNote } from "../parts/errors";
import { Id } from "../parts/values";
import { route } from "../routes";
import { isViewer } from "../session";
import { Board } from "../stores/switchboard";
import { ConversationControl, Conversations } from "./switchboard-conversations";
import { Members } from "./switchboard-members";

export function SwitchboardScreen() {
  const board = useMemo(() => new Board(), []);
  useEffect(() => board.start(), [board]);
  const conversationId = route.value.query.get("conversationId");
  const found = board.switchboard.value;
  return (
    <>
      <div class="bar">
        <h1>Switchboard</h1>
        {found && <State board={board} />}
        {isViewer.value && <span class="muted">You have read-only access.</span>}
      </div>
      {board.error.value && <ErrorNote error={board.error.value} onRetry={() => board.load()} />}
      {found === undefined && !board.error.value && <p class="list-note">Loading…</p>}
      {found === null && <NoSwitchboard board={board} />}
      {found && (
        <div class={conversationId ? "split" : "split no-detail"}>
          <div class="switchboard">
            <Members board={board} switchboard={found} />
            <Conversations board={board} />
          </div>
          {conversationId && (
            <div class="detail-pane">
              <ConversationControl key={conversationId} id={conversationId} board={board} />
            </div>
          )}
        </div>
      )}
    </>
  );
}

function NoSwitchboard({ board }: { board: Board }) {
  return (
    <Empty title="No switchboard yet">
      <p class="empty-text">A switchboard decides which of several integrations responds in a conversation, for example a bot first and then a help desk.</p>
      {!isViewer.value && <Button kind="primary" onPress={() => attempt(() => board.create())}>Create switchboard</Button>}
    </Empty>
  );
}

function State({ board }: { board: Board }) {
  const isDeleting = useSignal(false);
  const switchboard = board.switchboard.value;
  if (!switchboard) return null;
  const { id, enabled, defaultSwitchboardIntegrationId } = switchboard;
  const toggle = (): Promise<boolean> => attempt(() => board.update({ enabled: !enabled }), enabled ? "The switchboard is disabled" : "The switchboard is enabled");
  return (
    <>
      <span class={enabled ? "ok" : "muted"}>{enabled ? "Enabled" : "Disabled"}</span>
      <Id value={id} />
      <span class="spread" />
      {!isViewer.value && (
        <>
          <Button onPress={toggle} disabledBecause={!enabled && !defaultSwitchboardIntegrationId && "Make an integration the default first"}>
            {enabled ? "Disable" : "Enable"}
          </Button>
          <Menu label="More actions" icon="ellipsis" items={[{ text: "Delete the switchboard…", icon: "trash-2", onPress: () => (isDeleting.value = true) }]} />
        </>
      )}
      {isDeleting.value && (
        <FormDialog title="Delete the switchboard?" action="Delete" danger onClose={() => (isDeleting.value = false)} onSubmit={() => board.remove()}>
          <p>
            Its {board.members.value.length} {board.members.value.length === 1 ? "entry is" : "entries are"} deleted with it, and no
            integration is in control of conversations any more. The integrations themselves stay.
          </p>
        </FormDialog>
      )}
    </>
  );
}
