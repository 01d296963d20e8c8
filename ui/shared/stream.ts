// Reads a stream of server-sent events with an Authorization header, and resumes it until it is stopped.
import { ApiError, open } from "./api";

export interface Frame {
  event: string;
  id: string | null;
  /** A heartbeat has an id and no data. */
  data: unknown;
}

export type StreamState = "connecting" | "live" | "waiting";

export interface StreamHandlers {
  /** Takes the frames that arrived together. */
  onFrames(frames: Frame[]): void;
  onState(state: StreamState): void;
}

/** A connection without a byte for this time is dead. The server sends a heartbeat every 20 s. */
const SILENCE_MS = 45_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 30_000;

/** Read the stream at `path`, from a cursor or from now on, until the returned function is called. */
export function readStream(path: string, handlers: StreamHandlers, cursor: string | null = null): () => void {
  const stopped = new AbortController();
  void keepReading(path, handlers, cursor, stopped.signal);
  return () => stopped.abort();
}

async function keepReading(path: string, handlers: StreamHandlers, from: string | null, stopped: AbortSignal): Promise<void> {
  let cursor = from;
  let failures = 0;
  while (!stopped.aborted) {
    handlers.onState(failures ? "waiting" : "connecting");
    let delay: number | null = null;
    try {
      for await (const frames of connect(path, cursor, stopped, () => handlers.onState("live"))) {
        failures = 0;
        for (const frame of frames) {
          if (frame.event === "bye") delay = (frame.data as { retryAfter?: number }).retryAfter ?? 0;
          cursor = frame.id ?? cursor;
        }
        handlers.onFrames(frames);
      }
    } catch (error) {
      if (stopped.aborted) return;
      // A session that has ended does not become valid again; the page asks for a new one.
      if (error instanceof ApiError && (error.status === 401 || error.status === 403 || error.status === 404)) {
        handlers.onState("waiting");
        return;
      }
      if (error instanceof ApiError && error.retryAfter) delay = error.retryAfter * 1000;
    }
    if (stopped.aborted) return;
    failures += 1;
    handlers.onState("waiting");
    await pause(delay ?? jittered(failures), stopped);
  }
}

function jittered(failures: number): number {
  return Math.random() * Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}

/** Wait this long, or until the browser is online or the page visible again. */
function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const { signal } = ended;
    addEventListener("online", end, { signal });
    document.addEventListener("visibilitychange", () => document.hidden || end(), { signal });
    stopped.addEventListener("abort", end, { signal });
  });
}

async function* connect(
  path: string,
  cursor: string | null,
  stopped: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<Frame[]> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const signal = AbortSignal.any([stopped, silent.signal]);
  // The connection from before a suspension or from another network may be dead.
  addEventListener("online", () => silent.abort(), { signal });
  try {
    const headers: Record<string, string> = cursor === null ? {} : { "last-event-id": cursor };
    const response = await open(path, headers, signal);
    onOpen();
    const parse = parser();
    const decoder = new TextDecoder();
    const reader = response.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
      const frames = parse(decoder.decode(value, { stream: true }));
      if (frames.length) yield frames;
    }
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

/** Returns a function that takes the next text of a stream, and returns the frames that are complete by then. */
export function parser(): (text: string) => Frame[] {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    return blocks.map(frameOf).filter((one) => one !== null);
  };
}

function frameOf(block: string): Frame | null {
  let event = "message";
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue; // a comment
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  if (!data.length) return id === null ? null : { event, id, data: undefined };
  return { event, id, data: JSON.parse(data.join("\n")) };
}
