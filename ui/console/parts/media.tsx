// Pictures and files of messages. Those of other servers are loaded after a click only.
import { useSignal } from "@preact/signals";
import { safeUrl } from "../../shared/html";
import { serverUrl } from "../../shared/api";
import { Icon } from "./icons";
import { Link } from "./rich-text";

export function Picture({ url, text }: { url: string; text?: string }) {
  const wanted = useSignal(isOwn(url));
  const failed = useSignal(false);
  const name = text || nameIn(url);
  if (!safeUrl(url)) return <span class="media-note"><Icon name="image" />{name}</span>;
  if (failed.value) return <span class="media-note"><Icon name="image" /><span>Could not load <Link url={url}>{name}</Link></span></span>;
  if (!wanted.value)
    return (
      <span class="media-note"><Icon name="image" /><span>Image from {hostOf(url)}</span>
        <button type="button" class="button small" title={url} onClick={() => (wanted.value = true)}>Show</button>
      </span>
    );
  return (
    <a class="picture" href={url} target="_blank" rel="noopener noreferrer" title={name}>
      <img src={url} alt={name} loading="lazy" referrerpolicy="no-referrer" onError={() => (failed.value = true)} />
    </a>
  );
}

export function FileLink({ url, text, size }: { url: string; text?: string; size?: number }) {
  return (
    <span class="media-note"><Icon name="file" />
      <span><Link url={url}>{text || nameIn(url)}</Link>{size !== undefined && <span class="faint small"> {bytes(size)}</span>}</span>
    </span>
  );
}

/** Whether this server stores the file. Its other paths may redirect to other servers, as inboxes do. */
function isOwn(url: string): boolean {
  return URL.parse(url)?.href.startsWith(`${serverUrl}/attachments/`) === true || url.startsWith("blob:");
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "another server";
}

function nameIn(url: string): string {
  const last = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || hostOf(url);
  } catch {
    return last;
  }
}

/** `812 bytes`, `30 kB`, `2.4 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} bytes`;
  return size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
