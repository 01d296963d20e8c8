// The form of a rule of chaos.
import { useSignal } from "@preact/signals";
import { OPERATIONS } from "../../shared/operations";
import { CommandLine } from "../parts/command";
import { FormDialog } from "../parts/dialog";
import { Select, TextField } from "../parts/fields";
import { addRule, commandOf, type Rule, type Target } from "../stores/chaos";
import { EVENT_TYPES } from "../stores/events";
import { EFFECTS_OF, EMPTY_RULE, FIELDS_OF, type RuleForm, ruleOf } from "../stores/rule-form";

const TARGETS = [["request", "Requests"], ["delivery", "Webhook calls"], ["stream", "Event streams"]] as const;
const METHODS = [["", "Any"], ...["GET", "POST", "PUT", "PATCH", "DELETE"].map((one) => [one, one] as const)] as const;
const SUGGESTIONS: Record<string, readonly string[]> = { operation: Object.keys(OPERATIONS), trigger: EVENT_TYPES };

export function RuleDialog({ onClose }: { onClose: () => void }) {
  const form = useSignal<RuleForm>(EMPTY_RULE);
  const set = (changes: Partial<RuleForm>): void => {
    form.value = { ...form.value, ...changes };
  };
  const rule = ruleOf(form.value);
  return (
    <FormDialog title="Add a rule" action="Add rule" onClose={onClose} onSubmit={() => addRule(rule)}>
      <div class="columns">
        <TextField label="Name" value={form.value.name} mono required maxLength={64} focused
          hint="A rule of the same name is replaced" onInput={(name) => set({ name })} />
        <Select label="Disturb" value={form.value.on} choices={TARGETS}
          onChange={(on) => set({ on: on as Target, effect: EFFECTS_OF[on as Target][0]![0], match: {} })} />
      </div>
      <MatchFields form={form.value} set={set} />
      <EffectFields form={form.value} set={set} />
      <fieldset class="group">
        <legend>How often</legend>
        <div class="columns">
          <TextField label="Probability in %" type="number" value={form.value.percent} required
            onInput={(percent) => set({ percent })} />
          <TextField label="Number of hits" type="number" value={form.value.times} placeholder="unlimited"
            onInput={(times) => set({ times })} />
        </div>
      </fieldset>
      <p class="command-preview"><CommandLine text={commandOf(withName(rule))} /></p>
    </FormDialog>
  );
}

function withName(rule: Rule): Rule {
  return { ...rule, name: rule.name || "NAME" };
}

interface Part {
  form: RuleForm;
  set: (changes: Partial<RuleForm>) => void;
}

function MatchFields({ form, set }: Part) {
  return (
    <fieldset class="group">
      <legend>Only those with</legend>
      <div class="columns">
        {FIELDS_OF[form.on].map(([name, label, placeholder]) => {
          const onChange = (value: string): void => set({ match: { ...form.match, [name]: value } });
          const value = form.match[name] ?? "";
          if (name === "method") return <Select key={name} label={label} value={value} choices={METHODS} onChange={onChange} />;
          return (
            <TextField key={name} label={label} value={value} mono placeholder={placeholder} onInput={onChange}
              suggestions={SUGGESTIONS[name]} />
          );
        })}
      </div>
    </fieldset>
  );
}

function EffectFields({ form, set }: Part) {
  const chosen = EFFECTS_OF[form.on].find(([name]) => name === form.effect);
  return (
    <fieldset class="group">
      <legend>What happens</legend>
      <Select label="Effect" value={form.effect} choices={EFFECTS_OF[form.on].map(([name, text]) => [name, text] as const)}
        onChange={(effect) => set({ effect })} />
      <div class="columns three">
        {chosen?.[2] && <TextField label={chosen[2]} type="number" value={form.value} required onInput={(value) => set({ value })} />}
        {form.effect === "status" && form.on === "request" && (
          <TextField label="Retry-After in seconds" type="number" value={form.retryAfter} onInput={(retryAfter) => set({ retryAfter })} />
        )}
        <TextField label="Delay in ms" value={form.delay} mono placeholder="100 or 100..500" required={form.effect === "delay"}
          onInput={(delay) => set({ delay })} />
      </div>
    </fieldset>
  );
}
