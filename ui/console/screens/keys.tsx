// Who has access to the app: its API keys, the sessions of the console, and sharing.
import type { ApiError } from "../../shared/api";
import { Button } from "../parts/button";
import { KeyList } from "../parts/key-list";
import { Id } from "../parts/values";
import { filter, route } from "../routes";
import { isViewer, session } from "../session";
import { createKey, loadKeys, revokeKey } from "../stores/access";
import { Sessions } from "./sessions";
import { Share } from "./share";

export function Keys() {
  const sharing = route.value.query.has("share") && !isViewer.value;
  return (
    <>
      <div class="bar">
        <h1>API keys</h1>
        <span class="spread" />
        {!isViewer.value && <Button icon="share-2" onPress={() => filter({ share: "1" })}>Share access…</Button>}
      </div>
      <div class="page">
        <div class="page-inner access">
          <KeyList title="Keys of this app" load={loadKeys} create={createKey} revoke={revokeKey} explain={explained}
            about="A program signs in with the key ID and the secret (HTTP Basic). A key has access to this app only." />
          <Sessions />
        </div>
      </div>
      {sharing && <Share onClose={() => filter({ share: null })} />}
    </>
  );
}

function explained(error: ApiError) {
  if (error.status !== 403) return null;
  return (
    <p class="notice">
      <span>
        Only an account key can list, create and revoke the keys of an app. This session belongs to <Id value={session.value?.keyId ?? ""} />, a key of this app.
        On the server, <code>heliograph keys list</code> lists all keys.
      </span>
    </p>
  );
}
