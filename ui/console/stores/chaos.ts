// Rules of chaos: as words, as commands, as presets.
import { call } from "../../shared/api";
import type { ChaosBody, ChaosState, DeliveryRule, RequestRule, RuleState, StreamRule } from "../../shared/operations";
import { appId } from "../routes";
import { chaos } from "./sandbox";

export type Rule = RequestRule | DeliveryRule | StreamRule;
export type Target = Rule["on"];

/** The presets of `heliograph chaos preset`; a test compares them. */
export const PRESETS: Readonly<Record<string, readonly Rule[]>> = {
  "flaky-network": [
    { name: "late-request", on: "request", probability: 0.3, effect: { delayMs: [50, 500] } },
    { name: "lost-request", on: "request", probability: 0.05, effect: { drop: "before" } },
    { name: "lost-response", on: "request", probability: 0.05, effect: { drop: "after" } },
    { name: "late-call", on: "delivery", probability: 0.3, effect: { delayMs: [50, 500] } },
    { name: "lost-call", on: "delivery", probability: 0.05, effect: { drop: "before" } },
    { name: "lost-call-response", on: "delivery", probability: 0.05, effect: { drop: "after" } },
    { name: "dropped-stream", on: "stream", probability: 0.05, effect: { drop: 1 } },
  ],
  slow: [
    { name: "slow-request", on: "request", probability: 1, effect: { delayMs: [200, 2000] } },
    { name: "slow-call", on: "delivery", probability: 1, effect: { delayMs: [200, 2000] } },
    { name: "slow-stream", on: "stream", probability: 1, effect: { delayMs: [200, 1000] } },
  ],
  "rate-limited": [{ name: "rate-limited", on: "request", probability: 0.3, effect: { status: 429, retryAfter: 1 } }],
  "lost-responses": [
    { name: "lost-response", on: "request", probability: 0.2, effect: { drop: "after" } },
    { name: "lost-call-response", on: "delivery", probability: 0.2, effect: { drop: "after" } },
  ],
};

/** Replace the rules of the app. Their counts begin again. Rejects with an `ApiError`. */
export async function putRules(body: ChaosBody): Promise<void> {
  chaos.value = (await call("PutChaos", { appId: appId.value }, { body })).chaos;
}

/** Add a rule after the others, or replace the one of this name. */
export async function addRule(rule: Rule): Promise<void> {
  const { seed, rules } = bodyOf(await current());
  await putRules({ seed, rules: [...rules.filter((one) => one.name !== rule.name), rule] });
}

export async function removeRule(name: string): Promise<void> {
  const { seed, rules } = bodyOf(await current());
  await putRules({ seed, rules: rules.filter((one) => one.name !== name) });
}

async function current(): Promise<ChaosState> {
  return (await call("GetChaos", { appId: appId.value })).chaos;
}

/** The request body that sets the same rules. */
export function bodyOf({ seed, rules }: ChaosState): ChaosBody {
  return { seed, rules: rules.map(({ matches: _matches, hits: _hits, ...rule }) => rule as Rule) };
}

const SUBJECTS: Record<string, [all: string, of: string]> = {
  request: ["All requests", "Requests"],
  delivery: ["All webhook calls", "Webhook calls"],
  stream: ["All events of streams", "Events of streams"],
};

/** The requests, calls or events that a rule matches, such as `Requests: PostMessage, POST`. */
export function subjectOf({ on, match }: Pick<RuleState, "on" | "match">): string {
  const [all, of] = SUBJECTS[on] ?? [on, on];
  const fields = Object.entries(match ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (!fields.length) return all;
  return `${of}: ${fields.map(([name, value]) => fieldText(name, String(value))).join(", ")}`;
}

function fieldText(name: string, value: string): string {
  const words: Record<string, string> = {
    keyId: "key ", conversationId: "conversation ", webhookId: "webhook ", attempt: "attempt ",
  };
  return (words[name] ?? "") + value;
}

/** The effect of a rule, such as `status 429, retry after 2 s`. */
export function effectText({ on, effect }: Pick<RuleState, "on" | "effect">): string {
  const parts = Object.entries(effect).flatMap(([name, value]) => {
    const write = EFFECTS[name];
    return value === null || value === undefined || value === false ? [] : [write ? write(value, on) : `${name} ${String(value)}`];
  });
  return parts.join(", ");
}

const EFFECTS: Record<string, (value: unknown, on: string) => string> = {
  status: (value) => `status ${String(value)}`,
  code: (value) => `code ${String(value)}`,
  title: (value) => `“${String(value)}”`,
  retryAfter: (value) => `retry after ${String(value)} s`,
  delayMs: (value) => `delay ${Array.isArray(value) ? value.join("–") : String(value)} ms`,
  drop: (value, on) => dropText(value, on),
  truncate: (value) => `cut after ${String(value)} bytes`,
  bytesPerSecond: (value) => `${String(value)} bytes per second`,
  duplicate: (value) => `repeated ${value === 1 ? "once" : `${String(value)} times`}`,
  wrongSecret: () => "wrong secret",
  reset: () => "connection reset",
};

function dropText(value: unknown, on: string): string {
  if (on === "stream") return value === 0 ? "closed before the event" : `closed after ${String(value)} ${value === 1 ? "event" : "events"}`;
  if (on === "delivery") return value === "before" ? "call lost" : "response lost";
  return value === "before" ? "closed before the call" : "response lost";
}

const FLAGS: Record<string, string> = { keyId: "caller", conversationId: "conversation", webhookId: "webhook" };

/** The command that adds a rule. */
export function commandOf({ name, on, match, effect, probability, times }: Rule | RuleState): string {
  const flags: [name: string, value: unknown][] = [["on", on === "request" ? null : on], ...Object.entries(match ?? {}),
    ...Object.entries(effect), ["probability", probability === 1 ? null : probability], ["times", times]];
  const words = flags.flatMap(([field, value]) => {
    if (value === null || value === undefined || value === false) return [];
    const flag = `--${(FLAGS[field] ?? field).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, quoted(Array.isArray(value) ? value.join("..") : String(value))];
  });
  return ["heliograph chaos add", name, ...words].join(" ");
}

function quoted(word: string): string {
  return /^[\w.:,@%+/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
