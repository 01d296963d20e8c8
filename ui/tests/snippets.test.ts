import assert from "node:assert/strict";
import { test } from "node:test";
import { literal, MASK, type Sample, snakeCase, snippet } from "../shared/snippets";

const APP = "6b0000000000000000000001";
const GROUP = "6b0000000000000000000002";
const JOIN: Sample = {
  server: "http://127.0.0.1:8080", method: "POST", path: `/v2/apps/${APP}/conversations/${GROUP}/join`,
  operation: "JoinConversation", keyId: "app_1", body: { userExternalId: "bob", subscribeSDKClient: true },
};

test("curl", () => {
  assert.equal(snippet("curl", JOIN), [
    `curl -u "app_1:$HELIOGRAPH_KEY_SECRET" http://127.0.0.1:8080${JOIN.path} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"userExternalId":"bob","subscribeSDKClient":true}'`,
  ].join("\n"));
  const quoted = snippet("curl", { ...JOIN, method: "PATCH", body: { text: "it's", secret: MASK } });
  assert.match(quoted, / -X PATCH /);
  assert.ok(quoted.endsWith(`-d '{"text":"it'\\''s","secret":"'"$SECRET"'"}'`));
  const listed = snippet("curl", { ...JOIN, method: "GET", path: "/v2/apps/1/users?page[size]=2&x=$HOME", body: undefined });
  assert.ok(listed.endsWith(" 'http://127.0.0.1:8080/v2/apps/1/users?page[size]=2&x=$HOME'"));
  assert.ok(listed.startsWith("curl -g "));
});

test("Python with the client", () => {
  assert.equal(snippet("python", JOIN), [
    "import os",
    "from heliograph import BasicAuth, Client",
    "",
    `auth = BasicAuth(username="app_1", password=os.environ["HELIOGRAPH_KEY_SECRET"])`,
    `client = Client("http://127.0.0.1:8080", auth=auth)`,
    "client.participants.join_conversation(",
    `    "${APP}",`,
    `    "${GROUP}",`,
    `    {"userExternalId": "bob", "subscribeSDKClient": True},`,
    ")",
  ].join("\n"));
  const path = `/v2/apps/1/conversations?filter[userExternalId]=a%20b&page[size]=5`;
  const listed = snippet("python", { ...JOIN, method: "GET", path, operation: "ListConversations", body: undefined });
  assert.match(listed, /list_conversations\("1", filter=\{"userExternalId": "a b"\}, page=\{"size": 5\}\)$/);
});

test("Python without the client, for what it has no method for", () => {
  const sample = { ...JOIN, path: `/heliograph/v1/apps/${APP}/sandbox/reset`, operation: "ResetApp", body: undefined };
  assert.match(snippet("python", sample), /httpx\.request\(\n {4}"POST", "http:/);
});

test("JavaScript", () => {
  const code = snippet("javascript", { ...JOIN, body: { secret: MASK } });
  assert.match(code, /body: JSON\.stringify\(\{\n {4}"secret": process\.env\.SECRET\n {2}\}\),/);
  assert.match(code, /process\.env\.HELIOGRAPH_KEY_SECRET/);
});

test("literals and names of Python", () => {
  assert.equal(literal([null, false, 1.5, "a\"b", {}]), `[None, False, 1.5, "a\\"b", {}]`);
  assert.equal(literal({ text: "x".repeat(80) }), `{\n    "text": "${"x".repeat(80)}",\n}`);
  assert.deepEqual(["GetAppKey", "Custom Integration API Keys", "OAuth", "brandId"].map(snakeCase),
    ["get_app_key", "custom_integration_api_keys", "oauth", "brand_id"]);
});

test("names of a query that are not those of arguments do not become code", () => {
  const path = "/v2/apps/1/users?__import__('os').system('id'),x=1&filter[a:b]=2&page[size]=1";
  const code = snippet("python", { ...JOIN, method: "GET", path, operation: "ListUsers", body: undefined });
  assert.ok(code.includes(JSON.stringify(JOIN.server + path)), code);
  assert.ok(code.startsWith("import os\nimport httpx\n"), code);
});

test("what a terminal would act upon, and what shows code in another order, is escaped", () => {
  const text = "a\u001b[201~\u0003\nid\n\u009b\u202eb'\\";
  for (const language of ["curl", "python", "javascript"] as const)
    for (const body of [text, { [text]: text }]) {
      const code = snippet(language, { ...JOIN, body });
      assert.doesNotMatch(code, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|^id$/m, code);
    }
  assert.ok(snippet("curl", { ...JOIN, body: text }).endsWith(`-d $'a\\u001b[201~\\u0003\\u000aid\\u000a\\u009b\\u202eb\\'\\\\'`));
});
