// Sharing: a link that signs one person in.
import { useSignal } from "@preact/signals";
import { Button } from "../parts/button";
import { Dialog, FormDialog } from "../parts/dialog";
import { Check, Select } from "../parts/fields";
import { CopyButton, Time } from "../parts/values";
import { appId } from "../routes";
import { session } from "../session";
import { createSignInLink, type SignInLink } from "../stores/access";
import { app } from "../stores/apps";

const HOUR = 3600;
const EXPIRIES = [[`${HOUR}`, "1 hour"], [`${8 * HOUR}`, "8 hours"], [`${24 * HOUR}`, "1 day"], [`${7 * 24 * HOUR}`, "7 days"]] as const;
const ROLES = [["viewer", "Viewer: reads, and sees no secrets"], ["operator", "Operator: has the same access as you"]] as const;

export function Share({ onClose }: { onClose: () => void }) {
  const link = useSignal<SignInLink | null>(null);
  const role = useSignal<string>("viewer");
  const expiry = useSignal<string>(EXPIRIES[1][0]);
  const allApps = useSignal(false);
  if (link.value) return <LinkDialog link={link.value} role={role.value} onClose={onClose} />;
  const isAccount = session.value?.appId === undefined;
  const submit = async (): Promise<void> => {
    link.value = await createSignInLink({
      role: role.value === "operator" ? "operator" : "viewer",
      expiresInSeconds: Number(expiry.value),
      appId: isAccount && !allApps.value ? appId.value : undefined,
    });
  };
  return (
    <FormDialog title="Share access" action="Create link" onClose={onClose} onSubmit={submit} stays>
      <p>Creates a link that signs one person in, without a key. It is valid once.</p>
      <Select label="Role" focused value={role.value} choices={ROLES} onChange={(value) => (role.value = value)} />
      <Select label="The link expires after" value={expiry.value} choices={EXPIRIES} onChange={(value) => (expiry.value = value)} />
      {isAccount && <Check label="Give access to all apps" checked={allApps.value} onChange={(value) => (allApps.value = value)} />}
      {!(isAccount && allApps.value) && <p class="muted">Access is limited to <strong dir="auto">{app.value?.displayName ?? appId.value}</strong>.</p>}
    </FormDialog>
  );
}

function LinkDialog({ link, role, onClose }: { link: SignInLink; role: string; onClose: () => void }) {
  return (
    <Dialog title="Sign-in link" onClose={onClose}>
      <p>Send this link to one person. It signs them in as {role === "viewer" ? "a viewer" : "an operator"}, once, until <Time value={link.expiresAt} />. It is not shown again.</p>
      <div class="row">
        <input class="input mono" readOnly aria-label="Sign-in link" value={link.url} onFocus={(event) => event.currentTarget.select()} />
        <CopyButton text={link.url}>Copy</CopyButton>
      </div>
      <div class="dialog-actions"><Button kind="primary" onPress={onClose}>Done</Button></div>
    </Dialog>
  );
}
