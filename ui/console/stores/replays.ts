// Sending a recorded request again, with the rights of the session.
import { type RawResponse, send } from "../../shared/api";
import type { RecordedRequestDetails } from "../../shared/operations";
import { MASK } from "../../shared/snippets";

export interface Draft {
  method: string;
  path: string;
  /** One header on each line. */
  headers: string;
  body: string;
}

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** Headers that the browser, a proxy or the server sets, and those of the connection. */
const OWN = /^(?:host|user-agent|accept|accept-.*|authorization|connection|content-length|cookie|origin|referer|sec-.*|te|transfer-encoding|upgrade|via|forwarded|x-forwarded-.*|x-real-ip|x-request-id|x-heliograph-replay-of|traceparent|tracestate|priority|dnt|keep-alive)$/i;
/** Operations that delete something although their method is POST. */
const DELETES = /^(?:Delete|Remove|Revoke|Reset|Leave)/;

export function draftOf(request: RecordedRequestDetails): Draft {
  const { body, headers } = request.request;
  return {
    method: request.method,
    path: request.path,
    headers: Object.entries(headers).filter(([name]) => !OWN.test(name)).map(([name, value]) => `${name}: ${value}`).join("\n"),
    body: body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body, null, 2),
  };
}

/** The reason why a request cannot be sent again as it was recorded; null if it can be sent. */
export function obstacle({ path, request }: RecordedRequestDetails): string | null {
  if (decodeURIComponentOr(path).includes(MASK)) return "The recorded path hides a secret or a deleted user";
  if (request.body === undefined && request.size > 0) return "The body of this request was not recorded";
  if (JSON.stringify([request.body, draftHeaders(request.headers)]).includes(MASK)) return "The record hides a secret. Enter it with “Edit and replay”";
  return null;
}

/** Whether sending a request again would delete or end something. */
export function isDestructive({ method, operation }: { method: string; operation?: string }): boolean {
  return method === "DELETE" || DELETES.test(operation ?? "");
}

/** Whether the server refused a change. A stranger may have sent it, and the session may have the rights for it. */
export function wasRefused({ method, status, operation }: Pick<RecordedRequestDetails, "method" | "status" | "operation">): boolean {
  return method !== "GET" && (status === 401 || status === 403 || operation === undefined);
}

/** The problem of the JSON of a body; null if it is valid or empty. */
export function jsonProblem(text: string): string | null {
  if (!text.trim()) return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The headers of a draft. `problem` names the first line that is not a header. */
export function parseHeaders(text: string): { headers: Record<string, string>; problem: string | null } {
  const headers: Record<string, string> = {};
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const [, name, value] = /^\s*([!#$%&'*+.^`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return { headers, problem: `Not a header: ${line.trim()}` };
    headers[name.toLowerCase()] = value;
  }
  return { headers, problem: null };
}

/** Send a draft. Rejects with an `ApiError` if no response arrives. */
export async function replay(recordId: string, draft: Draft): Promise<RawResponse> {
  const { headers } = parseHeaders(draft.headers);
  const body = draft.body.trim() && draft.method !== "GET" ? draft.body : undefined;
  if (body === undefined) delete headers["content-type"];
  return send(draft.method, draft.path, { ...headers, "x-heliograph-replay-of": recordId }, body);
}

function draftHeaders(headers: Record<string, string>): [string, string][] {
  return Object.entries(headers).filter(([name]) => !OWN.test(name));
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
