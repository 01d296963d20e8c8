// Which switchboard integration controls the conversation.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SwitchboardIntegration } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { FormDialog } from "../../parts/dialog";
import { attempt } from "../../parts/errors";
import { Select } from "../../parts/fields";
import { linkTo } from "../../routes";
import { isViewer } from "../../session";
import { loadSwitchboardIntegrations, type OpenConversation } from "../../stores/conversation";
import type { Opened } from "./conversation";

export function Control({ opened: { one } }: { opened: Opened }) {
  const offered = useSignal<SwitchboardIntegration[]>([]);
  const dialog = useSignal<"offer" | "pass" | null>(null);
  useEffect(() => {
    loadSwitchboardIntegrations().then((found) => (offered.value = found), () => undefined);
  }, []);
  const { activeSwitchboardIntegration: active, pendingSwitchboardIntegration: pending } = one.conversation.value ?? {};
  if (!active && !pending && !offered.value.length) return null;
  const canAct = !isViewer.value && offered.value.length > 0;
  return (
    <div class="control small">
      <span>In control: <strong>{active?.name ?? "none"}</strong></span>
      {pending && <span>Offered to <strong>{pending.name}</strong></span>}
      {canAct && <Button small onPress={() => (dialog.value = "offer")}>Offer…</Button>}
      {canAct && <Button small onPress={() => (dialog.value = "pass")}>Pass…</Button>}
      {canAct && pending && <Button small onPress={() => attempt(() => one.control("accept"), `${pending.name} is in control`)}>Accept</Button>}
      {canAct && active && <Button small onPress={() => attempt(() => one.control("release"), "Control was released")}>Release</Button>}
      <a href={linkTo("switchboard", { query: { conversationId: one.id } })}>History</a>
      {dialog.value && <ControlDialog verb={dialog.value} one={one} choices={offered.value} onClose={() => (dialog.value = null)} />}
    </div>
  );
}

interface ControlDialogProps {
  verb: "offer" | "pass";
  one: OpenConversation;
  choices: readonly SwitchboardIntegration[];
  onClose: () => void;
}

function ControlDialog({ verb, one, choices, onClose }: ControlDialogProps) {
  const activeId = one.conversation.value?.activeSwitchboardIntegration?.id;
  const chosen = useSignal((choices.find((one) => one.id !== activeId) ?? choices[0])?.id ?? "");
  const isOffer = verb === "offer";
  return (
    <FormDialog title={isOffer ? "Offer control" : "Pass control"} action={isOffer ? "Offer" : "Pass"} onClose={onClose}
      onSubmit={() => one.control(verb, chosen.value)}>
      <Select label="To" value={chosen.value} choices={choices.map((one) => [one.id, `${one.name} (${one.integrationType})`] as const)}
        onChange={(value) => (chosen.value = value)} />
      <p class="muted">{isOffer ? "It is in control as soon as it accepts." : "It is in control at once."}</p>
    </FormDialog>
  );
}
