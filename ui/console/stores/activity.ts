// The stream of requests and events, which all live parts of the page follow.
import { signal } from "@preact/signals";
import { serverUrl } from "../../shared/api";
import { shareStream } from "../../shared/leader";
import type { EventRecord, RecordedRequest } from "../../shared/operations";
import type { Frame, StreamState } from "../../shared/stream";

export type RequestSummary = RecordedRequest;

export interface Follower {
  onRequests?: (requests: RequestSummary[]) => void;
  onEvents?: (events: EventRecord[]) => void;
  /** Called with the number of requests that the server did not record because there were too many. */
  onDropped?: (count: number) => void;
  /** Called when frames may be missing: reload the data that is shown. */
  onReset?: () => void;
}

export const streamState = signal<StreamState>("connecting");
/** Whether the server records requests; null before the stream said so. */
export const recording = signal<boolean | null>(null);
/** The time of the last frame. */
export const lastUpdate = signal<string | null>(null);

/** Frames are handled together, at most this often. */
const BATCH_MS = 100;
const followers = new Set<Follower>();
let requests: RequestSummary[] = [];
let events: EventRecord[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
let begun = false;

/** Follow the stream until the returned function is called. */
export function follow(follower: Follower): () => void {
  followers.add(follower);
  return () => followers.delete(follower);
}

/** Read the stream of an app until the returned function is called. */
export function readActivity(appId: string, sessionId: string): () => void {
  streamState.value = "connecting";
  begun = false;
  // Drops the last frames of another app.
  requests = [];
  events = [];
  const name = `heliograph:${serverUrl}:${appId}:${sessionId}`;
  return shareStream(name, `/heliograph/v1/apps/${appId}/activity`, { onFrames, onState: (state) => (streamState.value = state) });
}

function onFrames(frames: Frame[]): void {
  lastUpdate.value = new Date().toISOString();
  for (const one of frames) sort(one);
  if (!requests.length && !events.length) return;
  // The first frames after a pause are shown at once.
  if (timer === null) {
    queueMicrotask(flush);
    timer = setTimeout(() => {
      timer = null;
      flush();
    }, BATCH_MS);
  }
}

function sort({ event, data }: Frame): void {
  if (event === "hello") begin((data as { recording: boolean }).recording);
  else if (event === "reset") for (const one of followers) one.onReset?.();
  else if (event === "dropped") for (const one of followers) one.onDropped?.((data as { count: number }).count);
  else if (event === "request") requests.push(data as RequestSummary);
  else if (event === "event") events.push(data as EventRecord);
}

/** Data that was loaded before the stream began may lack events from in between, so followers load it again. */
function begin(isRecording: boolean): void {
  recording.value = isRecording;
  if (!begun) for (const one of followers) one.onReset?.();
  begun = true;
}

function flush(): void {
  const [newRequests, newEvents] = [requests, events];
  requests = [];
  events = [];
  for (const one of followers) {
    if (newRequests.length) one.onRequests?.(newRequests.toReversed());
    if (newEvents.length) one.onEvents?.(newEvents.toReversed());
  }
}
