// Fields of forms, each with its label, hint and problem.
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  problem?: string | null;
  type?: "text" | "password" | "url" | "number" | "email" | "datetime-local";
  placeholder?: string;
  mono?: boolean;
  required?: boolean;
  maxLength?: number;
  autocomplete?: string;
  focused?: boolean;
  /** Values that the browser offers while the user types. */
  suggestions?: readonly string[];
}

export function TextField(props: FieldProps) {
  const id = useId();
  const described = props.problem || props.hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input id={id} class={props.mono ? "input mono" : "input"} type={(props.type ?? "text") as "text"} value={props.value}
        placeholder={props.placeholder} required={props.required} maxLength={props.maxLength} autofocus={props.focused}
        autocomplete={props.autocomplete ?? "off"} spellcheck={false} aria-invalid={props.problem ? true : undefined}
        step={props.type === "number" ? "any" : undefined} aria-describedby={described} list={props.suggestions && `${id}-list`}
        onInput={(event) => props.onInput(event.currentTarget.value)} />
      {props.suggestions && <datalist id={`${id}-list`}>{props.suggestions.map((one) => <option key={one} value={one} />)}</datalist>}
      <Note id={described} hint={props.hint} problem={props.problem} />
    </div>
  );
}

export function TextArea(props: FieldProps & { rows?: number }) {
  const id = useId();
  const described = props.problem || props.hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea id={id} class={props.mono ? "textarea mono" : "textarea"} rows={props.rows ?? 4} value={props.value}
        placeholder={props.placeholder} spellcheck={false} aria-invalid={props.problem ? true : undefined}
        aria-describedby={described} onInput={(event) => props.onInput(event.currentTarget.value)} />
      <Note id={described} hint={props.hint} problem={props.problem} />
    </div>
  );
}

function Note({ id, hint, problem }: { id: string | undefined; hint?: string; problem?: string | null }) {
  if (problem) return <span id={id} class="problem" role="alert">{problem}</span>;
  return hint ? <span id={id} class="hint">{hint}</span> : null;
}

interface SelectProps {
  label: string;
  value: string;
  choices: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  /** Whether only assistive technology reads the label, as in a bar of filters. */
  hideLabel?: boolean;
  focused?: boolean;
}

export function Select(props: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={props.hideLabel ? "visually-hidden" : undefined}>{props.label}</label>
      <select id={id} class="select" value={props.value} autofocus={props.focused} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.choices.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </div>
  );
}

export function Check(props: {
  label: string;
  title?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabledBecause?: string | null;
}) {
  return (
    <label class="check" title={props.disabledBecause ?? props.title}>
      <input type="checkbox" checked={props.checked} disabled={Boolean(props.disabledBecause)}
        onChange={(event) => props.onChange(event.currentTarget.checked)} />
      <span>{props.label}{props.disabledBecause && <span class="faint"> ({props.disabledBecause})</span>}</span>
    </label>
  );
}

/** A field in a bar that searches as the user types, or filters a list. */
export function SearchField(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  onEnter?: () => void;
}) {
  return (
    <input type="search" class="input" data-list-search aria-label={props.label} placeholder={props.label}
      value={props.value} autocomplete="off" spellcheck={false}
      onInput={(event) => props.onInput(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && props.onEnter?.()} />
  );
}
