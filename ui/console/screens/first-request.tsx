// Help for the first request, and three ways to begin without one.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { serverUrl } from "../../shared/api";
import { Button } from "../parts/button";
import { Code } from "../parts/code";
import { attempt } from "../parts/errors";
import { Id, Secret } from "../parts/values";
import { appId, go, linkTo } from "../routes";
import { isViewer } from "../session";
import { exampleKey, loadKeys } from "../stores/credentials";
import { createDemoGroup, createGuest, sendWebhooksToInbox } from "../stores/demo";
import { sandbox } from "../stores/sandbox";

/** The address and the credentials of the app, with an example. */
export function Connection() {
  useEffect(() => void loadKeys(), [appId.value]);
  const key = exampleKey();
  const sample = {
    server: serverUrl, method: "POST", path: `/v2/apps/${appId.value}/conversations`, operation: "CreateConversation",
    keyId: key.id, body: { type: "sdkGroup", displayName: "Crew" },
  };
  return (
    <div class="connection">
      <dl class="facts">
        <div><dt>Base URL</dt><dd><Id value={serverUrl} full /></dd></div>
        <div><dt>App ID</dt><dd><Id value={appId.value} /></dd></div>
        <div><dt>Key ID</dt><dd><Id value={key.id} /></dd></div>
        {key.secret !== null && <div><dt>Secret</dt><dd><Secret value={key.secret} /></dd></div>}
      </dl>
      <Code sample={sample} />
    </div>
  );
}

interface Made {
  text: string;
  link: string;
  linkText: string;
}

/** Buttons that create sample data. A note below them says what was created. */
export function Starts() {
  const made = useSignal<Made | null>(null);
  if (isViewer.value) return null;
  const group = async (): Promise<void> => {
    const id = await createDemoGroup();
    made.value = { text: "Created the group Crew with ada, bob and grace, and three messages.", link: linkTo("conversations", { id }), linkText: "Open Crew" };
  };
  const inbox = async (): Promise<void> => {
    const created = await sendWebhooksToInbox();
    const text = created ? "Created the integration Inbox. Its webhook sends each event to the inbox." : "A webhook sends each event to the inbox already.";
    made.value = { text, link: linkTo("inbox"), linkText: "Open the inbox" };
  };
  const chat = async (): Promise<void> => go(linkTo("conversations", { id: await createGuest(), query: { play: "1" } }));
  return (
    <div class="stack">
      <div class="row wrap">
        <span class="muted">Or start here:</span>
        <Button onPress={() => attempt(group)}>Create a demo group</Button>
        {sandbox.value.exists && <Button onPress={() => attempt(inbox)}>Send webhooks to the inbox</Button>}
        <Button onPress={() => attempt(chat)}>Chat as a user</Button>
      </div>
      <p role="status" class="made row wrap" hidden={made.value === null}>
        {made.value && <><span>{made.value.text}</span><a href={made.value.link}>{made.value.linkText}</a></>}
      </p>
    </div>
  );
}
