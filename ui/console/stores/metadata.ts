// Metadata as people edit it: JSON with plain values.
type Value = string | number | boolean | null;
export type Metadata = Record<string, Value>;

/** The metadata in a text of JSON, or the problem of the text. */
export function parseMetadata(text: string): { metadata: Metadata } | { problem: string } {
  let found: unknown;
  try {
    found = JSON.parse(text.trim() || "{}");
  } catch {
    return { problem: "This is not valid JSON." };
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return { problem: 'This has to be an object, such as {"plan": "gold"}.' };
  for (const [key, value] of Object.entries(found)) {
    if (typeof value === "object" && value !== null) return { problem: `The value of "${key}" has to be a text, a number, true or false.` };
  }
  return { metadata: found as Metadata };
}

/** The changes that turn `before` into `after`: a removed key is null. */
export function metadataChanges(before: Record<string, unknown>, after: Metadata): Metadata {
  const removed = Object.keys(before).filter((key) => !(key in after)).map((key): [string, Value] => [key, null]);
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...removed, ...changed]);
}

export function metadataText(metadata: Record<string, unknown>): string {
  return Object.keys(metadata).length ? JSON.stringify(metadata, null, 2) : "";
}

/** The filter of a list for a text such as `plan=gold`; null if the text is not a pair. */
export function metadataFilter(text: string): Record<string, string> | null {
  const [, key, value] = /^([^\s=]+)=(.+)$/.exec(text) ?? [];
  return key && value ? { [`metadata.${key}`]: value } : null;
}
