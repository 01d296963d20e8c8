// Rows of fields that can be added and removed: quick replies, items, fields of a form.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "../../parts/button";
import { Select, TextField } from "../../parts/fields";
import { type DraftField, type DraftItem, emptyItem } from "./drafts";

const TYPES = [["text", "Text"], ["email", "Email"], ["select", "Choice"]] as const;

interface RowsProps<T> {
  rows: Signal<T[]>;
  /** The name of one row. */
  noun: string;
  most: number;
  empty: () => T;
  row: (value: T, change: (changes: Partial<T>) => void, number: number) => ComponentChildren;
}

function Rows<T extends object>({ rows, noun, most, empty, row }: RowsProps<T>) {
  const replace = (index: number, changes: Partial<T>): void => {
    rows.value = rows.value.map((one, other) => (other === index ? { ...one, ...changes } : one));
  };
  return (
    <div class="stack">
      {rows.value.map((one, index) => (
        <fieldset key={index} class="draft-row">
          <legend class="small muted">{noun} {index + 1}</legend>
          {row(one, (changes) => replace(index, changes), index + 1)}
          {rows.value.length > 1 && <Button small kind="quiet" icon="x" label={`Remove ${noun.toLowerCase()} ${index + 1}`}
            onPress={() => (rows.value = rows.value.filter((_, other) => other !== index))} />}
        </fieldset>
      ))}
      {rows.value.length < most && <div><Button small icon="plus" onPress={() => (rows.value = [...rows.value, empty()])}>Add {noun.toLowerCase()}</Button></div>}
    </div>
  );
}

export function ItemRows({ items }: { items: Signal<DraftItem[]> }) {
  return <Rows rows={items} noun="Item" most={10} empty={emptyItem} row={(one, change) => (
    <div class="draft-fields">
      <TextField label="Title" value={one.title} required onInput={(title) => change({ title })} />
      <TextField label="Description" value={one.description} onInput={(description) => change({ description })} />
      <TextField label="Image URL" type="url" value={one.mediaUrl} onInput={(mediaUrl) => change({ mediaUrl })} />
      <TextField label="Button" value={one.button} required onInput={(button) => change({ button })} />
      <TextField label="URL of the button" type="url" value={one.uri} placeholder="Empty: a postback" onInput={(uri) => change({ uri })} />
    </div>
  )} />;
}

export function FieldRows({ fields }: { fields: Signal<DraftField[]> }) {
  return <Rows rows={fields} noun="Field" most={20} empty={() => ({ type: "text", label: "", options: "" })} row={(one, change) => (
    <div class="draft-fields">
      <TextField label="Label" value={one.label} required onInput={(label) => change({ label })} />
      <Select label="Type" value={one.type} choices={TYPES} onChange={(type) => change({ type: type as DraftField["type"] })} />
      {one.type === "select" && <TextField label="Choices" value={one.options} required placeholder="Small, Large" hint="Separated by commas" onInput={(options) => change({ options })} />}
    </div>
  )} />;
}

interface ReplyRow {
  text: string;
}

export function ReplyRows({ replies }: { replies: Signal<ReplyRow[]> }) {
  return <Rows rows={replies} noun="Reply" most={11} empty={() => ({ text: "" })} row={(one, change, number) => (
    <div class="draft-fields"><TextField label={`Text of reply ${number}`} value={one.text} required maxLength={20} onInput={(text) => change({ text })} /></div>
  )} />;
}
