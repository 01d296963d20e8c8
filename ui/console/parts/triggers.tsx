// Selects the events that a webhook receives.
import { useSignal } from "@preact/signals";
import type { WebhookCreateBody } from "../../shared/operations";
import { Segments } from "./button";
import { Check } from "./fields";

export type Trigger = WebhookCreateBody["triggers"][number];

const ALL: readonly Trigger[] = [
  "conversation:create", "conversation:join", "conversation:leave", "conversation:remove", "conversation:message", "conversation:message:delivery:channel",
  "conversation:message:delivery:user", "conversation:message:delivery:failure", "conversation:postback", "conversation:read", "conversation:referral",
  "conversation:typing", "client:add", "client:update", "client:remove", "user:update", "user:merge", "user:remove", "switchboard:acceptControl",
  "switchboard:acceptControl:failure", "switchboard:offerControl", "switchboard:offerControl:failure", "switchboard:passControl",
  "switchboard:passControl:failure", "switchboard:releaseControl", "passthrough:messaging",
];
const CHOICES = [{ value: "all", text: "All events" }, { value: "chosen", text: "Chosen events" }] as const;

export function Triggers({ value, onChange }: { value: readonly Trigger[]; onChange: (value: Trigger[]) => void }) {
  const mode = useSignal<"all" | "chosen">(value.includes("*") ? "all" : "chosen");
  return (
    <fieldset class="triggers">
      <legend>Events</legend>
      <Segments label="Events" choices={CHOICES} value={mode.value} onChange={(next) => {
        mode.value = next;
        onChange(next === "all" ? ["*"] : ["conversation:message"]);
      }} />
      {mode.value === "chosen" && (
        <div class="trigger-checks">
          {ALL.map((one) => (
            <Check key={one} label={one} checked={value.includes(one)}
              onChange={(on) => onChange(on ? [...value, one] : value.filter((other) => other !== one))} />
          ))}
        </div>
      )}
    </fieldset>
  );
}
