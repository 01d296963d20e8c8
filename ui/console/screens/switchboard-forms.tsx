// The forms of an integration in the switchboard.
import { useSignal } from "@preact/signals";
import type { SwitchboardIntegration } from "../../shared/operations";
import { FormDialog } from "../parts/dialog";
import { Check, Select, TextField } from "../parts/fields";
import { linkTo } from "../routes";
import type { Board } from "../stores/switchboard";

/** The value of the choice "by type", instead of an integration. */
const BY_TYPE = "type";

interface Values {
  name: string;
  next: string;
  standby: boolean;
  history: string;
}

interface DialogProps {
  board: Board;
  onClose: () => void;
}

export function NewDialog({ board, onClose }: DialogProps) {
  const values = useSignal<Values>({ name: "", next: "", standby: false, history: "" });
  const taken = new Set(board.members.value.map((one) => one.integrationId));
  const custom = board.linkable.value.filter((one) => one.type === "custom" && !taken.has(one.id));
  const integration = useSignal(custom[0]?.id ?? BY_TYPE);
  const type = useSignal("");
  const choices = [...custom.map(({ id, name }) => [id, `${name} (custom)`] as const), [BY_TYPE, "Another, by its type"] as const];
  const submit = (): Promise<void> => board.addMember({
    ...bodyOf(values.value),
    ...(integration.value === BY_TYPE ? { integrationType: type.value.trim() } : { integrationId: integration.value }),
  });
  return (
    <FormDialog title="Add an integration" action="Add integration" onClose={onClose} onSubmit={submit}>
      <Select label="Integration" value={integration.value} choices={choices} onChange={(value) => (integration.value = value)} />
      {integration.value === BY_TYPE && (
        <TextField label="Type" value={type.value} mono required placeholder="zd:agentWorkspace" hint="The type of an OAuth integration of this app"
          onInput={(value) => (type.value = value)} />
      )}
      {custom.length === 0 && <p class="faint small">There is no other custom integration to add. <a href={linkTo("integrations")}>Integrations</a></p>}
      <Fields values={values.value} others={board.members.value} set={(changes) => (values.value = { ...values.value, ...changes })} />
    </FormDialog>
  );
}

export function EditDialog({ board, member, onClose }: DialogProps & { member: SwitchboardIntegration }) {
  const values = useSignal<Values>({
    name: member.name,
    next: member.nextSwitchboardIntegrationId ?? "",
    standby: member.deliverStandbyEvents,
    history: String(member.messageHistoryCount ?? ""),
  });
  const submit = (): Promise<void> => board.updateMember(member.id, bodyOf(values.value));
  return (
    <FormDialog title={`Edit ${member.name}`} action="Save" onClose={onClose} onSubmit={submit}>
      <Fields values={values.value} others={board.members.value.filter((one) => one.id !== member.id)}
        set={(changes) => (values.value = { ...values.value, ...changes })} />
    </FormDialog>
  );
}

/** Null clears a field that was set, and is the default in a new switchboard integration. */
function bodyOf({ name, next, standby, history }: Values) {
  return {
    name: name.trim(),
    deliverStandbyEvents: standby,
    nextSwitchboardIntegrationId: next || null,
    messageHistoryCount: history ? Number(history) : null,
  };
}

interface FieldsProps {
  values: Values;
  others: readonly SwitchboardIntegration[];
  set: (changes: Partial<Values>) => void;
}

function Fields({ values, others, set }: FieldsProps) {
  const nexts = [["", "None"] as const, ...others.map(({ id, name }) => [id, name] as const)];
  const counts = [["", "None"] as const, ...Array.from({ length: 10 }, (_, at) => [String(at + 1), at ? `${at + 1} messages` : "1 message"] as const)];
  return (
    <>
      <TextField label="Name" value={values.name} mono required maxLength={128} focused hint="The target of control calls, such as bot"
        onInput={(name) => set({ name })} />
      <div class="columns">
        <Select label="Next" value={values.next} choices={nexts} onChange={(next) => set({ next })} />
        <Select label="Message history" value={values.history} choices={counts} onChange={(history) => set({ history })} />
      </div>
      <Check label="Deliver events while it is not in control (standby events)" checked={values.standby} onChange={(standby) => set({ standby })} />
    </>
  );
}
