// The fields of the form of a rule, and the resulting rule.
import type { Rule, Target } from "./chaos";

export interface RuleForm {
  name: string;
  on: Target;
  match: Readonly<Record<string, string>>;
  effect: string;
  /** The number of the effect, such as the status. */
  value: string;
  retryAfter: string;
  delay: string;
  percent: string;
  times: string;
}

export const EMPTY_RULE: RuleForm = {
  name: "", on: "request", match: {}, effect: "status", value: "503", retryAfter: "", delay: "", percent: "100", times: "",
};

/** The fields of `match`: name, label, and an example. */
export const FIELDS_OF: Readonly<Record<Target, readonly (readonly [name: string, label: string, example: string])[]>> = {
  request: [
    ["operation", "Operation", "PostMessage"],
    ["method", "Method", "POST"],
    ["keyId", "Key ID", "app_…"],
    ["conversationId", "Conversation ID", ""],
  ],
  delivery: [
    ["trigger", "Event type", "conversation:message"],
    ["attempt", "Attempt", "1"],
    ["webhookId", "Webhook ID", ""],
    ["conversationId", "Conversation ID", ""],
  ],
  stream: [["trigger", "Event type", "conversation:message"]],
};

type Effect = readonly [name: string, text: string, number?: string];

/** The effects: name, text, and the label of the number that it needs. */
export const EFFECTS_OF: Readonly<Record<Target, readonly Effect[]>> = {
  request: [
    ["status", "Respond with a status instead of making the call", "Status"],
    ["before", "Close the connection before the call"],
    ["after", "Lose the response after the call"],
    ["truncate", "Cut the response", "After bytes"],
    ["bytesPerSecond", "Send the response slowly", "Bytes per second"],
    ["delay", "Only delay"],
  ],
  delivery: [
    ["status", "Record a status instead of calling the endpoint", "Status"],
    ["before", "Lose the call"],
    ["after", "Lose the response"],
    ["duplicate", "Repeat the call", "Further calls"],
    ["wrongSecret", "Call with a wrong secret"],
    ["delay", "Only delay"],
  ],
  stream: [
    ["drop", "Close the connection", "After events"],
    ["reset", "Reset the connection"],
    ["delay", "Only delay"],
  ],
};

/** The rule that the fields describe. The server checks which of them fit together. */
export function ruleOf(form: RuleForm): Rule {
  const match = Object.entries(form.match).flatMap(([name, text]) => {
    const value = text.trim();
    return value ? [[name, name === "attempt" ? Number(value) : value] as const] : [];
  });
  const percent = Number(form.percent);
  return {
    name: form.name.trim(),
    on: form.on,
    effect: { ...outcomeOf(form), ...(form.delay.trim() ? { delayMs: delayOf(form.delay) } : {}) },
    ...(match.length ? { match: Object.fromEntries(match) } : {}),
    ...(percent === 100 ? {} : { probability: Number((percent / 100).toPrecision(12)) }),
    ...(form.times ? { times: Number(form.times) } : {}),
  } as Rule;
}

function outcomeOf({ on, effect, value, retryAfter }: RuleForm): Record<string, unknown> {
  if (effect === "delay") return {};
  if (effect === "before" || effect === "after") return { drop: effect };
  if (effect === "wrongSecret" || effect === "reset") return { [effect]: true };
  const wait = on === "request" && effect === "status" && retryAfter ? { retryAfter: Number(retryAfter) } : {};
  return { [effect]: Number(value), ...wait };
}

/** `100` or `100..500`, as in the commands. */
function delayOf(text: string): number | number[] {
  const numbers = text.trim().split("..").map(Number);
  return numbers.length === 1 ? (numbers[0] ?? 0) : numbers;
}
