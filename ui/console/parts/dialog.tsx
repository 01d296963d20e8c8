// Dialogs, on the element and the top layer of the browser.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import { Button } from "./button";
import { ErrorNote } from "./errors";

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
  // Before the browser paints, so that no key press is lost.
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // Back and Forward lead to another view, to which the dialog does not belong.
    addEventListener("popstate", onClose);
    return () => {
      removeEventListener("popstate", onClose);
      if (before instanceof HTMLElement) before.focus();
    };
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
  /** Whether the caller shows something else instead of closing the dialog. */
  stays?: boolean;
}

/** A dialog with a form, a button that submits it, and one that cancels. */
export function FormDialog({ action, danger, onSubmit, stays, children, ...rest }: FormDialogProps) {
  const error = useSignal<ApiError | null>(null);
  const busy = useSignal(false);
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    try {
      await onSubmit();
      if (!stays) rest.onClose();
    } catch (failure) {
      error.value = asApiError(failure);
    } finally {
      busy.value = false;
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

export { Menu, type MenuItem } from "./menu";
