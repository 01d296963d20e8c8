// A question before something is deleted.
import type { ComponentChildren } from "preact";
import { FormDialog } from "./dialog";

interface Props {
  /** The question, which names the object. */
  title: string;
  action: string;
  onClose: () => void;
  /** The dialog closes unless it rejects, and then shows the error. */
  onConfirm: () => Promise<unknown>;
  children: ComponentChildren;
}

export function Confirm({ title, action, onClose, onConfirm, children }: Props) {
  return <FormDialog title={title} action={action} danger onClose={onClose} onSubmit={onConfirm}>{children}</FormDialog>;
}
