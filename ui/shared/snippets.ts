// A request as code: curl, Python with our client, and JavaScript. Secrets are variables of the environment.
import { OPERATIONS, type Operations } from "./operations";
import { TAGS } from "./tags";

export type Language = "curl" | "python" | "javascript";
export const LANGUAGES = [
  { value: "curl", text: "curl" },
  { value: "python", text: "Python" },
  { value: "javascript", text: "JavaScript" },
] as const;

export interface Sample {
  server: string;
  method: string;
  /** With the query. */
  path: string;
  operation?: string;
  keyId: string;
  body?: unknown;
}

/** The text that the server stores in place of a secret. */
export const MASK = "•••••";
const SECRET = "HELIOGRAPH_KEY_SECRET";
const HIDDEN = "SECRET";

export function snippet(language: Language, sample: Sample): string {
  return { curl, python, javascript }[language](sample);
}

function curl({ server, method, path, keyId, body }: Sample): string {
  const parts = [`curl${/[[\]{}]/.test(path) ? " -g" : ""} -u "${keyId}:$${SECRET}"`];
  if (method !== (body === undefined ? "GET" : "POST")) parts[0] += ` -X ${method}`;
  parts[0] += ` ${quoted(server + path)}`;
  if (body !== undefined) {
    const data = typeof body === "string" ? body : json(body);
    parts.push("-H 'Content-Type: application/json'", `-d ${quoted(data).replaceAll(MASK, `'"$${HIDDEN}"'`)}`);
  }
  return parts.join(" \\\n  ");
}

/** Characters that control a terminal, or that display code in another order than it runs. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(text: string): string {
  return text.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** JSON in which such characters are escaped. */
function json(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return indent === undefined ? escaped(text) : text.split("\n").map(escaped).join("\n");
}

/** A word for a shell. */
function quoted(text: string): string {
  if (text.search(UNSEEN) >= 0) return `$'${escaped(text.replace(/[\\']/g, "\\$&"))}'`;
  return /^[\w:/.=%@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function javascript({ server, method, path, keyId, body }: Sample): string {
  const lines = [`const credentials = btoa(\`${keyId}:\${process.env.${SECRET}}\`);`];
  lines.push(`const response = await fetch(${json(server + path)}, {`);
  if (method !== "GET") lines.push(`  method: "${method}",`);
  const type = body === undefined ? "" : `, "Content-Type": "application/json"`;
  lines.push(`  headers: { Authorization: \`Basic \${credentials}\`${type} },`);
  if (body !== undefined) {
    const value = json(body, 2).replaceAll("\n", "\n  ").replaceAll(`"${MASK}"`, `process.env.${HIDDEN}`);
    lines.push(`  body: ${typeof body === "string" ? value : `JSON.stringify(${value})`},`);
  }
  lines.push("});", "console.log(response.status, await response.json());");
  return lines.join("\n");
}

function python(sample: Sample): string {
  const called = callOf(sample);
  return called === null ? plainPython(sample) : called;
}

/** The call of our client; null if the client has no such operation. */
function callOf({ server, path, operation, keyId, body }: Sample): string | null {
  if (operation === undefined || !path.startsWith("/v2/") || !(operation in OPERATIONS)) return null;
  const name = operation as keyof Operations;
  const values = pathValues(OPERATIONS[name], path);
  const query = queryArguments(path);
  if (values === null || query === null) return null;
  const given = [...values.map((one) => literal(one)), ...(body === undefined ? [] : [literal(body)]), ...query];
  const inline = `(${given.join(", ")})`;
  const call = inline.length > 70 ? `(\n    ${given.map((one) => one.replaceAll("\n", "\n    ")).join(",\n    ")},\n)` : inline;
  return [
    "import os",
    "from heliograph import BasicAuth, Client",
    "",
    `auth = BasicAuth(username=${literal(keyId)}, password=os.environ["${SECRET}"])`,
    `client = Client(${literal(server)}, auth=auth)`,
    `client.${snakeCase(TAGS[name])}.${snakeCase(name)}${call}`,
  ].join("\n");
}

function plainPython({ server, method, path, keyId, body }: Sample): string {
  const json = body === undefined ? "" : `,\n    json=${literal(body).replaceAll("\n", "\n    ")}`;
  return [
    "import os",
    "import httpx",
    "",
    "response = httpx.request(",
    `    ${literal(method)}, ${literal(server + path)},`,
    `    auth=(${literal(keyId)}, os.environ["${SECRET}"])${json},`,
    ")",
    "print(response.status_code, response.json())",
  ].join("\n");
}

/** `AppKeys` and `App Keys` as `app_keys`; `OAuth` is one word. */
export function snakeCase(name: string): string {
  return name.replace(/OAuth/g, "Oauth").replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_").toLowerCase();
}

/** The values of the parameters of a path, in order; null if the path does not match. */
function pathValues(place: string, path: string): string[] | null {
  const template = place.split(" ")[1]?.split("/") ?? [];
  const parts = path.split("?")[0]?.replace(/\/$/, "").split("/") ?? [];
  if (template.length !== parts.length) return null;
  const values: string[] = [];
  for (const [index, one] of template.entries()) {
    if (one.startsWith("{")) values.push(decoded(parts[index] ?? ""));
    else if (one !== parts[index]) return null;
  }
  return values;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The parameters of a query as arguments: `page[size]=25` is `page={"size": 25}`; null if one cannot be expressed. */
function queryArguments(path: string): string[] | null {
  const [, search = ""] = path.split(/\?(.*)/s);
  const named = new Map<string, Record<string, unknown>>();
  const plain = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    const nested = /^(\w+)\[(.+)\]$/.exec(name);
    if (nested?.[1] && nested[2]) {
      const isSize = nested[1] === "page" && nested[2] === "size" && /^\d+$/.test(value);
      named.set(nested[1], { ...named.get(nested[1]), [nested[2]]: isSize ? Number(value) : value });
    } else if (/^[A-Za-z]\w*$/.test(name)) plain.set(snakeCase(name), value);
    else return null;
  }
  return [...named, ...plain].map(([name, value]) => `${name}=${literal(value)}`);
}

/** A value of JSON as a literal of Python. */
export function literal(value: unknown, indent = ""): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === MASK) return `os.environ["${HIDDEN}"]`;
  if (typeof value !== "object") return json(value);
  const deeper = `${indent}    `;
  const isList = Array.isArray(value);
  const inner = isList
    ? value.map((one) => literal(one, deeper))
    : Object.entries(value).map(([name, one]) => `${json(name)}: ${literal(one, deeper)}`);
  const [open, close] = isList ? "[]" : "{}";
  const inline = `${open}${inner.join(", ")}${close}`;
  if (inline.length <= 70 && !inline.includes("\n")) return inline;
  return `${open}\n${inner.map((one) => `${deeper}${one},`).join("\n")}\n${indent}${close}`;
}
