// The subject of a call to an inbox, and the results of its checks.
import type { CallChecks, InboxCall } from "../../../shared/operations";

/** The types of the events in the body. */
export function typesOf({ json }: InboxCall): string[] {
  const events = typeof json === "object" && json !== null ? (json as { events?: unknown }).events : null;
  if (!Array.isArray(events)) return [];
  return events.map((one: { type?: unknown } | null) => one?.type).filter((one) => typeof one === "string");
}

/** The number of the attempt of a delivery, or null if no webhook made the call. */
export function attemptOf({ headers }: InboxCall): string | null {
  return headers["x-heliograph-attempt"] ?? null;
}

export interface Check {
  text: string;
  /** Null if there is nothing to compare with. */
  passed: boolean | null;
}

/** The checks of a call in words. */
export function checksOf({ secret, payload, order, duplicates }: CallChecks): Check[] {
  const secrets = {
    ok: { text: "Secret valid", passed: true },
    wrong: { text: "Secret wrong", passed: false },
    missing: { text: "Secret missing", passed: false },
    unknown: { text: "No webhook to check the secret", passed: null },
  };
  return [
    secrets[secret],
    payload === "valid" ? { text: "Payload valid", passed: true } : { text: "Payload invalid", passed: false },
    ...(order ? [order === "ok" ? { text: "In order", passed: true } : { text: "Out of order", passed: false }] : []),
    ...(duplicates === undefined ? [] : [deliveryCheck(duplicates)]),
  ];
}

/** Retries repeat deliveries, so a repeated delivery is no failure. */
function deliveryCheck(duplicates: number): Check {
  if (!duplicates) return { text: "First delivery", passed: true };
  return { text: duplicates === 1 ? "Received once before" : `Received ${duplicates} times before`, passed: null };
}

export function isSound({ checks }: InboxCall): boolean {
  return checksOf(checks).every((one) => one.passed !== false);
}

/** The text of the call as an HTTP request. */
export function rawOf({ method, path, query, headers, json, text }: InboxCall): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const body = json === undefined ? text ?? "" : JSON.stringify(json);
  return [`${method} ${path}${query && `?${query}`} HTTP/1.1`, ...lines, "", body].join("\n");
}
