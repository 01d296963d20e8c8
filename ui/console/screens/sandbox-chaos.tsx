// Chaos: the rules by which the sandbox disturbs requests, webhook calls and event streams.
import { useSignal } from "@preact/signals";
import type { ChaosBody, ChaosState, RuleState } from "../../shared/operations";
import { Button } from "../parts/button";
import { FormDialog, Menu, type MenuItem } from "../parts/dialog";
import { attempt } from "../parts/errors";
import { TextArea } from "../parts/fields";
import { Tool } from "../parts/tool";
import { copy } from "../parts/values";
import { isViewer } from "../session";
import { bodyOf, commandOf, effectText, PRESETS, putRules, removeRule, subjectOf } from "../stores/chaos";
import { chaos, stopChaos } from "../stores/sandbox";
import { RuleDialog } from "./sandbox-rule";

const ABOUT = "Rules that disturb requests, webhook calls and event streams of this app, also those of other screens of the console. A restart turns them off.";

type Open = "rule" | "json" | { preset: string } | null;

export function ChaosTool() {
  const open = useSignal<Open>(null);
  const close = (): void => {
    open.value = null;
  };
  const { rules, seed } = chaos.value ?? { rules: [], seed: 0 };
  return (
    <Tool title="Chaos" about={ABOUT}
      commands={["heliograph chaos list", "heliograph chaos preset flaky-network", "heliograph chaos clear"]}>
      {!isViewer.value && (
        <div class="row wrap">
          <Button kind="primary" icon="plus" onPress={() => (open.value = "rule")}>Add rule</Button>
          <Menu label="Presets" text="Presets" items={presetItems((preset) => (open.value = { preset }))} />
          <Button onPress={() => (open.value = "json")}>Edit as JSON</Button>
          {rules.length > 0 && <Button kind="danger" onPress={() => attempt(stopChaos, "Chaos is off")}>Remove all</Button>}
        </div>
      )}
      {rules.length > 0 ? <Rules rules={rules} seed={seed} /> : <p class="faint">Chaos is off. Add a rule, or start with a preset.</p>}
      {open.value === "rule" && <RuleDialog onClose={close} />}
      {open.value === "json" && <JsonDialog state={{ rules, seed }} onClose={close} />}
      {open.value !== null && typeof open.value === "object" && <PresetDialog name={open.value.preset} count={rules.length} onClose={close} />}
    </Tool>
  );
}

function presetItems(choose: (preset: string) => void): MenuItem[] {
  // Without rules there is nothing to lose, so no question is asked.
  return Object.entries(PRESETS).map(([name, rules]) => ({
    text: name,
    onPress: () => (chaos.value?.rules.length ? choose(name) : attempt(() => putRules({ seed: 0, rules: [...rules] }), `Chaos is on: ${name}`)),
  }));
}

function Rules({ rules, seed }: { rules: RuleState[]; seed: number }) {
  return (
    <>
      <p class="muted">
        With the seed <code>{seed}</code>, the same requests in the same order hit the same rules. The first rule that hits decides;
        delays add up. Affected responses have the header <code>X-Heliograph-Chaos</code>.
      </p>
      <ul class="rules" aria-label="Rules">
        {rules.map((one) => (
          <li key={one.name}>
            <div class="rule-text">
              <p><code class="rule-name">{one.name}</code> <strong>{effectText(one)}</strong></p>
              <p class="muted">{subjectOf(one)}{limits(one)}</p>
            </div>
            <p class="rule-hits"><strong>{one.hits.toLocaleString()}</strong> <span class="muted">{one.hits === 1 ? "hit" : "hits"} of {one.matches.toLocaleString()}</span></p>
            <Menu small label={`Actions for ${one.name}`} icon="ellipsis" items={ruleItems(one)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function limits({ probability, times }: RuleState): string {
  const parts = [probability < 1 && `${Number((probability * 100).toFixed(4))} %`, times && `at most ${times === 1 ? "once" : `${times} times`}`];
  return parts.filter(Boolean).map((one) => ` · ${one}`).join("");
}

function ruleItems(rule: RuleState): MenuItem[] {
  const command = { text: "Copy as command", icon: "copy" as const, onPress: () => copy(commandOf(rule)) };
  if (isViewer.value) return [command];
  return [command, { text: "Remove", icon: "trash-2", onPress: () => attempt(() => removeRule(rule.name), `Removed ${rule.name}`) }];
}

function PresetDialog({ name, count, onClose }: { name: string; count: number; onClose: () => void }) {
  return (
    <FormDialog title={`Use the preset ${name}?`} action="Replace rules" onClose={onClose}
      onSubmit={() => putRules({ seed: 0, rules: [...(PRESETS[name] ?? [])] })}>
      <p>It replaces {count === 1 ? "the rule" : `the ${count} rules`} of this app. All counts begin again.</p>
    </FormDialog>
  );
}

function JsonDialog({ state, onClose }: { state: ChaosState; onClose: () => void }) {
  const text = useSignal(JSON.stringify(bodyOf(state), null, 2));
  const problem = useSignal<string | null>(null);
  const submit = async (): Promise<void> => {
    await putRules(JSON.parse(text.value) as ChaosBody);
  };
  return (
    <FormDialog wide title="Rules as JSON" action="Set rules" onClose={onClose} onSubmit={submit}>
      <TextArea label="Rules" value={text.value} rows={18} mono problem={problem.value}
        hint="The body of PUT …/sandbox/chaos. It replaces all rules, and all counts begin again."
        onInput={(value) => {
          text.value = value;
          problem.value = jsonProblem(value);
        }} />
    </FormDialog>
  );
}

function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
}
