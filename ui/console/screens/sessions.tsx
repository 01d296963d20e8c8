// The sessions of the console.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ConsoleSession } from "../../shared/operations";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { say } from "../parts/errors";
import { Record, Records, RecordsState, Section } from "../parts/records";
import { Id, Time } from "../parts/values";
import { isViewer, session } from "../session";
import { endSession, sessionPages } from "../stores/access";

export function Sessions() {
  const pages = useMemo(sessionPages, []);
  const ending = useSignal<ConsoleSession | null>(null);
  useEffect(() => void pages.load(), [pages, session.value?.id]);
  return (
    <Section title="Console sessions" actions={<Button small icon="rotate-ccw" onPress={() => pages.load()}>Refresh</Button>}>
      <p class="muted">Who is signed in here. A session ends after 12 hours without use, or when its key is revoked.</p>
      <Records label="Console sessions">
        {pages.items.value.map((one) => <SessionRecord key={one.id} one={one} onEnd={() => (ending.value = one)} />)}
      </Records>
      <RecordsState pages={pages} empty="No sessions" />
      {ending.value && <EndSession one={ending.value} onClose={() => (ending.value = null)} onDone={(one) => pages.remove(one.id)} />}
    </Section>
  );
}

function SessionRecord({ one, onEnd }: { one: ConsoleSession; onEnd: () => void }) {
  const isOwn = one.id === session.value?.id;
  return (
    <Record title={<><span dir="auto">{one.name}</span><span class="badge">{one.role}</span>{isOwn && <span class="badge">this session</span>}</>}
      actions={!isViewer.value && !isOwn && <Button small onPress={onEnd}>End session…</Button>}>
      <span>last seen <Time value={one.lastSeenAt} /></span>
      <span>signed in <Time value={one.createdAt} /></span>
      <span>{one.appId === undefined ? "all apps" : "one app"}</span>
      <span>key <Id value={one.keyId} /></span>
    </Record>
  );
}

function EndSession({ one, onClose, onDone }: { one: ConsoleSession; onClose: () => void; onDone: (one: ConsoleSession) => void }) {
  return (
    <Confirm title={`End the session of ${one.name}?`} action="End session" onClose={onClose} onConfirm={async () => {
      await endSession(one.id);
      say(`The session of ${one.name} has ended`);
      onDone(one);
    }}>
      <p>Their next request is refused. They can sign in again with a key or a new link.</p>
    </Confirm>
  );
}
