// Calls the API of the server that the page came from.
import { OPERATIONS, type Operations } from "./operations";

export type OperationName = keyof Operations;
export type Answer<N extends OperationName> = Operations[N]["response"];
type Query = Record<string, string | number | boolean | undefined | Record<string, string | number | boolean | undefined>>;

export interface CallOptions<N extends OperationName> {
  query?: Operations[N]["query"];
  body?: Operations[N]["body"];
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A body that is a file. */
  file?: Blob;
  /** Send no token, for a call that returns one. */
  anonymous?: boolean;
}

interface Init extends RequestInit {
  anonymous?: boolean;
}

/** A response with an error, or no response: then `status` is 0. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly titles: string[],
    readonly requestId: string | null,
    readonly retryAfter: number | null = null,
  ) {
    super(titles.join("; "));
  }
}

export interface RawResponse {
  status: number;
  requestId: string | null;
  headers: [string, string][];
  text: string;
  milliseconds: number;
}

/** The base URL of the server, without a slash at its end. */
export const serverUrl = new URL("..", document.baseURI).href.replace(/\/$/, "");

let token: string | null = null;
let onUnauthorized: () => void = () => undefined;

export function authorize(next: string | null): void {
  token = next;
}

/** Call `handler` when a session that was valid no longer is. */
export function whenUnauthorized(handler: () => void): void {
  onUnauthorized = handler;
}

/** Call an operation. Rejects with an `ApiError`. */
export async function call<N extends OperationName>(
  name: N,
  path: Operations[N]["path"],
  options: CallOptions<N> = {},
): Promise<Answer<N>> {
  const text = await (await respond(name, path, options)).text();
  return (text ? JSON.parse(text) : undefined) as Answer<N>;
}

/** Call an operation whose response is a file. Rejects with an `ApiError`. */
export async function download<N extends OperationName>(name: N, path: Operations[N]["path"]): Promise<Blob> {
  const response = await respond(name, path, {});
  try {
    return await response.blob();
  } catch {
    throw new ApiError(0, "interrupted", ["The download was interrupted"], response.headers.get("x-request-id"));
  }
}

async function respond<N extends OperationName>(name: N, path: Operations[N]["path"], options: CallOptions<N>): Promise<Response> {
  const [method = "GET", template = ""] = OPERATIONS[name].split(" ");
  const url = filled(template, path as Record<string, string>) + search((options.query ?? {}) as Query);
  const { body, file, headers, signal, anonymous } = options;
  const isJson = body !== undefined && !(body instanceof FormData);
  const type = isJson ? "application/json" : file && "application/octet-stream";
  const response = await request(method, url, {
    body: isJson ? JSON.stringify(body) : (body ?? file),
    headers: { ...(type && { "content-type": type }), ...headers },
    signal,
    anonymous,
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Send a request unchanged; returns the response, whatever its status. */
export async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<RawResponse> {
  const started = performance.now();
  const response = await request(method, path, { headers, body });
  const text = await response.text();
  return {
    status: response.status,
    requestId: response.headers.get("x-request-id"),
    headers: [...response.headers],
    text,
    milliseconds: performance.now() - started,
  };
}

/** A response whose body is read as it arrives. */
export async function open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const response = await request("GET", path, { headers, signal });
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function request(method: string, path: string, { anonymous, ...init }: Init): Promise<Response> {
  const headers = new Headers(init.headers);
  const used = anonymous ? null : token;
  if (used !== null) headers.set("authorization", `Bearer ${used}`);
  let response: Response;
  try {
    // No cookies or passwords of the browser: the token is the only credential.
    response = await fetch(serverUrl + path, { ...init, method, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", ["The server cannot be reached"], null);
  }
  if (response.status === 401 && used !== null && used === token) onUnauthorized();
  return response;
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-request-id");
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  const found = await response.json().catch(() => null) as { errors?: { code?: string; title?: string }[] } | null;
  const errors = found?.errors ?? [];
  const titles = errors.map((one) => one.title ?? "").filter(Boolean);
  const code = errors[0]?.code ?? `status_${response.status}`;
  return new ApiError(response.status, code, titles.length ? titles : [`Status ${response.status}`], requestId, retryAfter);
}

function filled(template: string, path: Record<string, string>): string {
  return template.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
}

/** The query string of plain parameters and of objects such as `page` and `filter`. */
export function search(query: Query): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value !== "object") pairs.push(pair(name, value));
    else for (const [key, one] of Object.entries(value)) if (one !== undefined) pairs.push(pair(`${name}[${key}]`, one));
  }
  return pairs.length ? `?${pairs.join("&")}` : "";
}

function pair(name: string, value: string | number | boolean): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}
