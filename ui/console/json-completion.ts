// Suggests names and values at the caret of a JSON text, from the schema of the text.
import { type Schema, schemasAt, type Schemas } from "../shared/schema";
import { type Caret, caretOf } from "./json-caret";

export interface Suggestion {
  label: string;
  detail: string;
  /** The text that replaces the range from `start` to `end`. */
  text: string;
  start: number;
  end: number;
}

/** The names or values that the schema allows at the caret, and that begin with the text before it. */
export function suggestionsAt(text: string, offset: number, body: Schema, schemas: Schemas): Suggestion[] {
  const caret = caretOf(text, offset);
  if (!caret) return [];
  const found = schemasAt(body, schemas, caret.path, caret.strings);
  const all = caret.place === "name" ? names(found, schemas, caret, text) : values(found, caret);
  const fitting = all.filter((one) => one.label.toLowerCase().startsWith(caret.prefix.toLowerCase()));
  return fitting.length === 1 && fitting[0]?.label === caret.prefix ? [] : fitting;
}

function names(found: Schema[], schemas: Schemas, caret: Caret, text: string): Suggestion[] {
  const suggestions = new Map<string, Suggestion & { isRequired: boolean }>();
  const colon = /^\s*:/.test(text.slice(caret.end)) ? "" : ": ";
  for (const { properties = {}, required = [] } of found)
    for (const [label, schema] of Object.entries(properties)) {
      if (caret.names.has(label) || suggestions.has(label)) continue;
      const isRequired = required.includes(label);
      suggestions.set(label, { label, detail: detailOf(schema, schemas, isRequired), text: `"${label}"${colon}`, start: caret.start, end: caret.end, isRequired });
    }
  return [...suggestions.values()].sort((one, other) => Number(other.isRequired) - Number(one.isRequired));
}

function values(found: Schema[], { start, end }: Caret): Suggestion[] {
  const allowed = found.flatMap(({ enum: listed, const: only, type }) =>
    listed ?? (only !== undefined ? [only] : type === "boolean" ? [true, false] : []));
  return [...new Set(allowed)].map((value) => ({ label: String(value), detail: "", text: JSON.stringify(value), start, end }));
}

function detailOf(schema: Schema, schemas: Schemas, isRequired: boolean): string {
  const kinds = schemasAt(schema, schemas, [], new Map()).flatMap(({ type = [] }) => type);
  return [...new Set(kinds.filter((kind) => kind !== "null"))].join(" or ") + (isRequired ? ", required" : "");
}
