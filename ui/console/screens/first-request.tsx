// What an app without requests shows.
import { useSignal } from "@preact/signals";
import { CopyButton, Id } from "../parts/values";
import { Segments } from "../parts/button";
import { appId } from "../routes";
import { session } from "../session";

type Language = "curl" | "python" | "javascript";
const LANGUAGES = [{ value: "curl", text: "curl" }, { value: "python", text: "Python" }, { value: "javascript", text: "JavaScript" }] as const;

export function FirstRequest({ url }: { url: string }) {
  const language = useSignal<Language>("curl");
  const code = example(language.value, url, appId.value, session.value?.keyId ?? "");
  return (
    <section class="first-request">
      <h1>Waiting for your first request</h1>
      <dl class="row wrap facts">
        <div><dt>Base URL</dt><dd><code>{url}</code></dd></div>
        <div><dt>App ID</dt><dd><Id value={appId.value} /></dd></div>
        <div><dt>Key ID</dt><dd><Id value={session.value?.keyId ?? ""} /></dd></div>
      </dl>
      <div class="row">
        <Segments label="Language" choices={LANGUAGES} value={language.value} onChange={(value) => (language.value = value)} />
        <span class="spread" />
        <CopyButton text={code}>Copy</CopyButton>
      </div>
      <pre class="json" tabIndex={0}>{code}</pre>
    </section>
  );
}

function example(language: Language, url: string, app: string, keyId: string): string {
  if (language === "curl")
    return `curl -u ${keyId}:$SECRET -H 'Content-Type: application/json' \\\n  ${url}/v2/apps/${app}/conversations -d '{"type":"sdkGroup","displayName":"Crew"}'`;
  if (language === "python")
    return `from heliograph import Heliograph\n\nclient = Heliograph("${url}", auth=("${keyId}", SECRET))\nclient.conversations.create_conversation("${app}", {"type": "sdkGroup", "displayName": "Crew"})`;
  return `await fetch("${url}/v2/apps/${app}/conversations", {\n  method: "POST",\n  headers: { authorization: \`Basic \${btoa("${keyId}:" + SECRET)}\`, "content-type": "application/json" },\n  body: JSON.stringify({ type: "sdkGroup", displayName: "Crew" }),\n});`;
}
