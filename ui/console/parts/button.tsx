// Buttons: they keep their width while they are busy, and say why they are disabled.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  children?: ComponentChildren;
  onPress: () => unknown;
  kind?: "plain" | "primary" | "danger" | "quiet";
  small?: boolean;
  icon?: IconName;
  /** The name of a button that shows only an icon. */
  label?: string;
  /** The reason why the button is disabled; it is enabled without one. */
  disabledBecause?: string | null | false;
  title?: string;
  pressed?: boolean;
  submits?: boolean;
}

const SPINNER_DELAY_MS = 300;

/** A button. While the promise of `onPress` is pending it cannot be pressed again. */
export function Button(props: ButtonProps) {
  const { children, onPress, kind = "plain", small, icon, label, disabledBecause, title, pressed, submits } = props;
  const busy = useSignal(false);
  const slow = useSignal(false);
  const press = async (): Promise<void> => {
    if (busy.value || disabledBecause) return;
    const timer = setTimeout(() => (slow.value = true), SPINNER_DELAY_MS);
    busy.value = true;
    try {
      await onPress();
    } finally {
      clearTimeout(timer);
      busy.value = slow.value = false;
    }
  };
  const classes = ["button", kind, small && "small", !children && "icon", slow.value && "busy"].filter(Boolean).join(" ");
  return (
    <button type={submits ? "submit" : "button"} class={classes} aria-label={label} aria-pressed={pressed}
      aria-disabled={disabledBecause ? true : undefined} title={disabledBecause || title || label}
      onClick={submits ? undefined : press}>
      {slow.value && <span class="spinner" />}
      {icon && <Icon name={icon} />}
      {children && <span class="label">{children}</span>}
    </button>
  );
}

interface Choice<T extends string> {
  value: T;
  text: string;
}

/** A few choices side by side, of which one is pressed. */
export function Segments<T extends string>(props: {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={props.label}>
      {props.choices.map((one) => (
        <button type="button" key={one.value} aria-pressed={one.value === props.value}
          onClick={() => props.onChange(one.value)}>
          {one.text}
        </button>
      ))}
    </div>
  );
}
