// Dialogs and menus, on the elements and the top layer of the browser.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import { Button } from "./button";
import { ErrorNote } from "./errors";
import { Icon, type IconName } from "./icons";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

/** A modal dialog, open for as long as it is rendered. Esc closes it, and the focus returns. */
export function Dialog({ title, onClose, children, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog ref={dialog} class={wide ? "wide" : undefined} aria-labelledby={id} onCancel={(event) => {
      event.preventDefault();
      onClose();
    }}>
      <div class="dialog-body">
        <div class="row">
          <h2 id={id} class="spread">{title}</h2>
          <Button kind="quiet" icon="x" label="Close" onPress={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface FormDialogProps extends DialogProps {
  action: string;
  danger?: boolean;
  /** Submits the form; the dialog closes unless it rejects, and then shows the error. */
  onSubmit: () => Promise<unknown>;
}

/** A dialog with a form, a button that submits it, and one that cancels. */
export function FormDialog({ action, danger, onSubmit, children, ...rest }: FormDialogProps) {
  const error = useSignal<ApiError | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await onSubmit();
      rest.onClose();
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  return (
    <Dialog {...rest}>
      <form class="stack" onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        {children}
        {error.value && <ErrorNote error={error.value} />}
        <div class="dialog-actions">
          <Button onPress={rest.onClose}>Cancel</Button>
          <Button kind={danger ? "danger" : "primary"} submits onPress={submit}>{action}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export interface MenuItem {
  text: string;
  icon?: IconName;
  onPress: () => unknown;
}

/** A button that opens a list of actions. */
export function Menu(props: { label: string; text?: ComponentChildren; icon?: IconName; items: MenuItem[]; small?: boolean }) {
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const place = (event: { newState: string }): void => {
    if (event.newState !== "open" || !menu.current || !button.current) return;
    const box = button.current.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = menu.current;
    const below = box.bottom + 4 + offsetHeight <= innerHeight;
    menu.current.style.left = `${Math.max(8, Math.min(box.left, innerWidth - offsetWidth - 8))}px`;
    menu.current.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - offsetHeight - 4)}px`;
    menu.current.querySelector("button")?.focus();
  };
  return (
    <>
      <button type="button" ref={button} class={`button ${props.text ? "" : "icon"} ${props.small ? "small" : ""}`}
        popovertarget={id} aria-haspopup="menu" aria-label={props.text ? undefined : props.label} title={props.label}>
        {props.icon && <Icon name={props.icon} />}
        {props.text && <span class="label truncate">{props.text}</span>}
        {props.text && <Icon name="chevron-down" />}
      </button>
      <div id={id} ref={menu} class="menu" popover="auto" role="menu" aria-label={props.label} onToggle={place}
        onKeyDown={(event) => moveInMenu(event, menu.current)}>
        {props.items.map((item) => (
          <button type="button" role="menuitem" key={item.text} onClick={() => {
            menu.current?.hidePopover();
            item.onPress();
          }}>
            {item.icon && <Icon name={item.icon} />}
            <span class="truncate">{item.text}</span>
          </button>
        ))}
      </div>
    </>
  );
}

function moveInMenu(event: KeyboardEvent, menu: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !menu) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("button")];
  const next = items.indexOf(document.activeElement as HTMLButtonElement) + step;
  items.at(next % items.length)?.focus();
}
