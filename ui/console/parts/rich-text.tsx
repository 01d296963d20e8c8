// Text of messages, with the links in it, and HTML as elements of a fixed list.
import { h, type JSX } from "preact";
import { type HtmlNode, readHtml, safeUrl } from "../../shared/html";

export function RichText({ html }: { html: string }) {
  return <div class="rich-text" dir="auto">{nodes(readHtml(html))}</div>;
}

function nodes(all: HtmlNode[]): (string | JSX.Element)[] {
  return all.map((one) => {
    if (typeof one === "string") return one;
    if (one.tag !== "a") return h(one.tag, null, ...nodes(one.children));
    return one.href ? <Link url={one.href}>{nodes(one.children)}</Link> : <span>{nodes(one.children)}</span>;
  });
}

const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** Text as it was sent, with its line breaks. */
export function PlainText({ text }: { text: string }) {
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(URL_IN_TEXT)) {
    parts.push(text.slice(end, match.index), <Link url={match[0]}>{match[0]}</Link>);
    end = match.index + match[0].length;
  }
  return <p class="plain-text" dir="auto">{parts}{text.slice(end)}</p>;
}

/** A link to another site, if its scheme is harmless; the site does not learn where it was followed. */
export function Link({ url, children }: { url: string; children: preact.ComponentChildren }) {
  const href = safeUrl(url);
  return href ? <a href={href} target="_blank" rel="noopener noreferrer">{children}</a> : <span title={url}>{children}</span>;
}
