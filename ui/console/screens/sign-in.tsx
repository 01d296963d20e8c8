// Sign-in with a key, or with a ticket from a link.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ApiError, serverUrl } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import { Button } from "../parts/button";
import { Check, TextField } from "../parts/fields";
import { Icon } from "../parts/icons";
import { session, signIn } from "../session";

const isEncrypted = isSecureContext;
const NAME = "heliograph:name";

interface Props {
  ticket: string | null;
  /** Whether the dialog is shown over a page whose session has ended. */
  over?: boolean;
  onDone: () => void;
}

export function SignIn({ ticket, over, onDone }: Props) {
  if (!over) return <main class="sign-in"><SignInForm ticket={ticket} onDone={onDone} /></main>;
  return <SignInDialog><SignInForm ticket={null} expired onDone={onDone} /></SignInDialog>;
}

function SignInDialog({ children }: { children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return <dialog ref={dialog} aria-label="Sign in" onCancel={(event) => event.preventDefault()}>{children}</dialog>;
}

function SignInForm({ ticket, expired, onDone }: { ticket: string | null; expired?: boolean; onDone: () => void }) {
  const usesTicket = useSignal(ticket !== null);
  const keyId = useSignal("");
  const secret = useSignal("");
  const name = useSignal(localStorage.getItem(NAME) ?? "");
  const stay = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const submit = async (): Promise<void> => {
    const credential = usesTicket.value ? { ticket: ticket ?? "" } : { keyId: keyId.value.trim(), secret: secret.value.trim() };
    try {
      await signIn({ ...credential, name: name.value.trim() }, { stay: stay.value });
      localStorage.setItem(NAME, name.value.trim());
      onDone();
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  return (
    <form class="sign-in-form" onSubmit={(event) => {
      event.preventDefault();
      void submit();
    }}>
      <div class="row">
        <h1 class="brand spread"><Icon name="sun" />Heliograph</h1>
        <span class="muted truncate">{new URL(serverUrl).host}</span>
      </div>
      {expired && <p class="muted">Your session has ended. Sign in to continue; what you typed is kept.</p>}
      {!isEncrypted && <p class="notice warn">This connection is not encrypted. Anyone on the network can read what you enter.</p>}
      {usesTicket.value
        ? <p class="muted">You are signing in with a link. It works once.</p>
        : <>
          <TextField label="Key ID" value={keyId.value} mono placeholder="app_… or act_…" autocomplete="username" required focused
            onInput={(value) => (keyId.value = value)} />
          <TextField label="Secret" value={secret.value} mono type="password" autocomplete="current-password" required
            onInput={(value) => (secret.value = value)} />
        </>}
      <TextField label="Your name" value={name.value} hint="Shown to your team" autocomplete="nickname" required maxLength={100}
        focused={usesTicket.value} onInput={(value) => (name.value = value)} />
      <Check label="Stay signed in for 30 days" checked={stay.value} onChange={(value) => (stay.value = value)}
        disabledBecause={isEncrypted ? null : "needs an encrypted connection"} />
      {error.value && <p class="notice error" role="alert">{explained(error.value, usesTicket.value)}</p>}
      <div class="row">
        {ticket !== null && session.value && <Button kind="quiet" onPress={onDone}>Stay signed in as {session.value.name}</Button>}
        {usesTicket.value && !session.value && <Button kind="quiet" onPress={() => (usesTicket.value = false)}>Use a key instead</Button>}
        {!usesTicket.value && <span class="small muted spread">No key? Run <code>heliograph console</code> on the server.</span>}
        <span class="spread" />
        <Button kind="primary" submits onPress={submit}>Sign in</Button>
      </div>
    </form>
  );
}

function explained(error: ApiError, usesTicket: boolean): string {
  if (error.status === 401 && usesTicket)
    return "This sign-in link has expired or was already used. Run heliograph console to get a new one.";
  if (error.status === 401) return "Incorrect key ID or secret.";
  if (error.status === 429) return `Too many attempts. Try again in ${error.retryAfter ?? 60} seconds.`;
  return error.message;
}
