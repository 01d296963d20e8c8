// One user: profile, conversations, clients, devices and metadata.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Client, Device, User } from "../../shared/operations";
import { Button } from "../parts/button";
import { Menu } from "../parts/dialog";
import { attempt, ErrorNote, say } from "../parts/errors";
import { Confirm } from "../parts/confirm";
import { Initials } from "../parts/person";
import { Record, Records, RecordsState, Section } from "../parts/records";
import { saveFile } from "../parts/save-file";
import { Id, Json, shortened, Time } from "../parts/values";
import { go, linkTo, select } from "../routes";
import { hidesContents, isViewer } from "../session";
import { follow } from "../stores/activity";
import { clientsOf, devicesOf, removeClient } from "../stores/clients";
import { Loaded } from "../stores/loaded";
import { exportOf } from "../stores/people";
import { conversationsOf, loadUser, nameOf, personalConversation } from "../stores/users";
import { EraseUser } from "./user-erasure";
import { DeletePersonalInformation, DeleteUser, EditUser } from "./user-forms";

type Question = "edit" | "delete" | "clear" | "erase" | null;

interface Props {
  id: string;
  onChange: (user: User) => void;
  onGone: () => void;
}

export function UserDetail({ id, onChange, onGone }: Props) {
  const user = useMemo(() => new Loaded(() => loadUser(id)), [id]);
  const question = useSignal<Question>(null);
  useEffect(() => {
    void user.load();
    return follow({
      onEvents: (events) => events.some((one) => one.type === "user:merge" || (one.type.startsWith("user:") && one.userId === id)) && void user.load(),
      onReset: () => void user.load(),
    });
  }, [user]);
  const found = user.value.value;
  // An erased user no longer exists while the user still reads the report.
  if (user.error.value && question.value !== "erase") return <div class="detail"><Close /><ErrorNote error={user.error.value} onRetry={() => user.load()} /></div>;
  if (!found) return <div class="detail"><p class="faint">Loading…</p></div>;
  const change = (next: User): void => {
    user.set(next);
    onChange(next);
  };
  const leave = (): void => {
    onGone();
    select(null);
  };
  return (
    <article class="detail" aria-label={nameOf(found)}>
      <Head user={found} question={question} />
      <Facts user={found} />
      <Conversations userId={found.id} />
      <Clients userId={found.id} />
      <Devices userId={found.id} />
      <Section inDetail title="Metadata">
        {Object.keys(found.metadata).length ? <Json value={found.metadata} /> : <p class="muted">No metadata</p>}
      </Section>
      <Questions user={found} question={question} onChange={change} onGone={leave} />
    </article>
  );
}

function Close() {
  return <div class="row"><span class="spread" /><Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} /></div>;
}

function Head({ user, question }: { user: User; question: Signal<Question> }) {
  const play = (): Promise<boolean> => attempt(async () => {
    go(linkTo("conversations", { id: await personalConversation(user.id), query: { play: user.id } }));
  });
  const save = (): Promise<boolean> => attempt(async () => saveFile(await exportOf(user.id), `user-${user.id}.ndjson`));
  return (
    <div class="detail-head">
      <Initials name={nameOf(user)} />
      <h2 class="spread detail-title" dir="auto">{nameOf(user)}</h2>
      {!isViewer.value && (
        <span class="row detail-actions">
          <Button icon="play" title="Write and read as this user" onPress={play}>Play</Button>
          <Button icon="pencil" onPress={() => (question.value = "edit")}>Edit</Button>
          <Menu label="More actions" icon="ellipsis" items={[
            ...(hidesContents ? [] : [{ text: "Export", icon: "download" as const, onPress: save }]),
            { text: "Delete personal information…", icon: "x", onPress: () => (question.value = "clear") },
            { text: "Delete user…", icon: "trash-2", onPress: () => (question.value = "delete") },
            { text: "Erase user…", icon: "trash-2", onPress: () => (question.value = "erase") },
          ]} />
        </span>
      )}
      <Button kind="quiet" icon="x" label="Close" onPress={() => select(null)} />
    </div>
  );
}

function Questions(props: { user: User; question: Signal<Question>; onChange: (user: User) => void; onGone: () => void }) {
  const { user, question, onChange, onGone } = props;
  const close = (): void => void (question.value = null);
  if (question.value === "edit") return <EditUser user={user} onClose={close} onDone={onChange} />;
  if (question.value === "clear") return <DeletePersonalInformation user={user} onClose={close} onDone={onChange} />;
  if (question.value === "delete") return <DeleteUser user={user} onClose={close} onDone={onGone} />;
  if (question.value === "erase") return <EraseUser user={user} onClose={close} onDone={onGone} />;
  return null;
}

function Facts({ user }: { user: User }) {
  const { profile } = user;
  const texts: [string, string | undefined][] = [
    ["Email", profile.email], ["Locale", profile.locale], ["Avatar", profile.avatarUrl], ["Brand", user.brandId], ["Zendesk ID", user.zendeskId],
  ];
  return (
    <dl class="properties">
      <dt>User ID</dt><dd><Id value={user.id} full /></dd>
      <dt>External ID</dt><dd>{user.externalId === undefined ? <span class="faint">None</span> : <Id value={user.externalId} full />}</dd>
      {texts.map(([name, value]) => value && <><dt key={name}>{name}</dt><dd dir="auto">{value}</dd></>)}
      {user.identities.map((one) => (
        <><dt>{one.type === "email" ? "Email identity" : "Phone identity"}</dt><dd>{one.value} {one.verification && <span class="badge">{one.verification}</span>}</dd></>
      ))}
      <dt>Signed up</dt><dd><Time value={user.signedUpAt} /></dd>
      <dt>Authenticated</dt><dd>{user.authenticated ? "Yes" : "No"}</dd>
      {user.toBeRetained && <><dt>To be retained</dt><dd>Yes</dd></>}
    </dl>
  );
}

function Conversations({ userId }: { userId: string }) {
  const pages = useMemo(() => conversationsOf(userId), [userId]);
  useEffect(() => void pages.load(), [pages]);
  return (
    <Section inDetail title="Conversations">
      <Records label="Conversations of this user">
        {pages.items.value.map((one) => (
          <Record key={one.id} title={<>
            <a href={linkTo("conversations", { id: one.id })} dir="auto">{one.displayName || (one.type === "personal" ? "Personal conversation" : "Group without a name")}</a>
            {one.isDefault && <span class="badge">default</span>}
          </>}>
            <span>{one.type}</span><span>last updated <Time value={one.lastUpdatedAt} /></span><Id value={one.id} />
          </Record>
        ))}
      </Records>
      <RecordsState pages={pages} empty="Not in any conversation" />
    </Section>
  );
}

function Clients({ userId }: { userId: string }) {
  const pages = useMemo(() => clientsOf(userId), [userId]);
  const removing = useSignal<Client | null>(null);
  useEffect(() => void pages.load(), [pages]);
  return (
    <Section inDetail title="Clients">
      <Records label="Clients of this user">
        {pages.items.value.map((one) => (
          <Record key={one.id} title={<><span dir="auto">{one.displayName || one.type}</span><span class={one.status === "active" ? "badge ok" : "badge"}>{one.status}</span></>}
            actions={!isViewer.value && <Button small onPress={() => (removing.value = one)}>Remove…</Button>}>
            {one.displayName && <span>{one.type}</span>}
            {one.externalId && <span dir="auto" class="mono">{one.externalId}</span>}
            {one.integrationId && <a href={linkTo("integrations", { id: one.integrationId })}>integration {shortened(one.integrationId)}</a>}
            {one.lastSeen && <span>last seen <Time value={one.lastSeen} /></span>}
          </Record>
        ))}
      </Records>
      <RecordsState pages={pages} empty="No clients: the user has not used an SDK or a channel" />
      {removing.value && <RemoveClient client={removing.value} userId={userId} onClose={() => (removing.value = null)} onDone={(one) => pages.remove(one.id)} />}
    </Section>
  );
}

function RemoveClient(props: { client: Client; userId: string; onClose: () => void; onDone: (client: Client) => void }) {
  const { client, userId, onClose, onDone } = props;
  const name = client.displayName || client.type;
  return (
    <Confirm title={`Remove the client ${name}?`} action="Remove client" onClose={onClose} onConfirm={async () => {
      await removeClient(userId, client.id);
      say(`${name} was removed`);
      onDone(client);
    }}>
      <p>The user can no longer be reached on it, until they use it again.</p>
    </Confirm>
  );
}

function Devices({ userId }: { userId: string }) {
  const devices = useMemo(() => new Loaded(() => devicesOf(userId)), [userId]);
  useEffect(() => void devices.load(), [devices]);
  const found = devices.value.value;
  if (devices.error.value) return <ErrorNote error={devices.error.value} onRetry={() => devices.load()} />;
  if (!found?.length) return null;
  return <Section inDetail title="Devices"><Records label="Devices of this user">{found.map((one) => <DeviceRecord key={one.id} device={one} />)}</Records></Section>;
}

function DeviceRecord({ device }: { device: Device }) {
  return (
    <Record title={<><span>{device.type}</span><span class={device.status === "active" ? "badge ok" : "badge"}>{device.status}</span></>}>
      {device.appVersion && <span>version {device.appVersion}</span>}
      <span>last seen <Time value={device.lastSeen} /></span>
      <Id value={device.id} />
    </Record>
  );
}
