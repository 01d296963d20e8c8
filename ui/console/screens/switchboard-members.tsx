// The integrations of the switchboard, in the order in which they pass control.
import { useSignal } from "@preact/signals";
import type { Switchboard, SwitchboardIntegration } from "../../shared/operations";
import { Button } from "../parts/button";
import { FormDialog, Menu, type MenuItem } from "../parts/dialog";
import { attempt } from "../parts/errors";
import { linkTo } from "../routes";
import { isViewer } from "../session";
import { type Board, countsOf, inOrder } from "../stores/switchboard";
import { EditDialog, NewDialog } from "./switchboard-forms";

const MOST = 10;

type Open = "new" | { do: "edit" | "remove"; member: SwitchboardIntegration } | null;

export function Members({ board, switchboard }: { board: Board; switchboard: Switchboard }) {
  const open = useSignal<Open>(null);
  const close = (): void => {
    open.value = null;
  };
  const members = inOrder(board.members.value, switchboard.defaultSwitchboardIntegrationId);
  const chosen = typeof open.value === "object" ? open.value : null;
  return (
    <section class="board-section" aria-label="Integrations">
      <div class="row">
        <h2 class="spread">Integrations</h2>
        {!isViewer.value && (
          <Button small icon="plus" onPress={() => (open.value = "new")}
            disabledBecause={members.length >= MOST && `A switchboard has at most ${MOST} integrations`}>
            Add integration
          </Button>
        )}
      </div>
      {members.length === 0 && (
        <p class="faint">No integrations yet. Add one for each program that responds, and make the one that responds first the default.</p>
      )}
      <ol class="members">
        {members.map((one) => (
          <Member key={one.id} board={board} member={one} isDefault={one.id === switchboard.defaultSwitchboardIntegrationId}
            open={(what) => (open.value = { do: what, member: one })} />
        ))}
      </ol>
      {open.value === "new" && <NewDialog board={board} onClose={close} />}
      {chosen?.do === "edit" && <EditDialog board={board} member={chosen.member} onClose={close} />}
      {chosen?.do === "remove" && <RemoveDialog board={board} member={chosen.member} onClose={close} />}
    </section>
  );
}

interface MemberProps {
  board: Board;
  member: SwitchboardIntegration;
  isDefault: boolean;
  open: (what: "edit" | "remove") => void;
}

function Member({ board, member, isDefault, open }: MemberProps) {
  const { id, name, integrationId, integrationType, nextSwitchboardIntegrationId, deliverStandbyEvents, messageHistoryCount } = member;
  const next = board.members.value.find((one) => one.id === nextSwitchboardIntegrationId);
  const linked = board.linkable.value.find((one) => one.id === integrationId);
  const { active, pending } = countsOf(id, board.conversations.value);
  const items: MenuItem[] = [
    { text: "Edit…", icon: "pencil", onPress: () => open("edit") },
    ...(isDefault ? [] : [{ text: "Make default", icon: "check" as const, onPress: () => attempt(() => board.update({ defaultSwitchboardIntegrationId: id }), `${name} is the default`) }]),
    { text: "Remove…", icon: "trash-2", onPress: () => open("remove") },
  ];
  return (
    <li class="member">
      <div class="member-text">
        <p class="row">
          <strong class="truncate">{name}</strong>
          {isDefault && <span class="badge">Default</span>}
          <a class="truncate" dir="auto" href={linkTo("integrations", { id: integrationId })}>{linked?.name ?? integrationId}</a>
        </p>
        <p class="muted small">
          {integrationType} · {next ? `next: ${next.name}` : "no next integration"} · standby events {deliverStandbyEvents ? "on" : "off"}
          {messageHistoryCount !== undefined && ` · history of ${messageHistoryCount} ${messageHistoryCount === 1 ? "message" : "messages"}`}
        </p>
      </div>
      <p class="member-counts"><span><strong>{active}</strong> active</span> <span><strong>{pending}</strong> pending</span></p>
      {!isViewer.value && <Menu small label={`Actions for ${name}`} icon="ellipsis" items={items} />}
    </li>
  );
}

function RemoveDialog({ board, member, onClose }: { board: Board; member: SwitchboardIntegration; onClose: () => void }) {
  const { active, pending } = countsOf(member.id, board.conversations.value);
  return (
    <FormDialog title={`Remove ${member.name} from the switchboard?`} action="Remove" danger onClose={onClose} onSubmit={() => board.removeMember(member.id)}>
      <p>
        {active + pending > 0 && `It is active or pending in ${active + pending} of the most recently active conversations, in which no integration is in control then. `}
        The integration itself stays. The default integration, and one that is the next of another, cannot be removed.
      </p>
    </FormDialog>
  );
}
