// Reads the HTML of messages into elements of a fixed list. No HTML reaches the browser, so none can run a script.

export type HtmlTag =
  "a" | "b" | "blockquote" | "br" | "code" | "em" | "h4" | "i" | "li" | "ol" | "p" | "pre" | "s" | "strong" | "u" | "ul";

export interface HtmlElement {
  tag: HtmlTag;
  href?: string;
  children: HtmlNode[];
}

export type HtmlNode = string | HtmlElement;

// Maps, because a text may name properties that every object has.
const TAGS = new Map<string, HtmlTag>(Object.entries({
  a: "a", b: "b", blockquote: "blockquote", br: "br", code: "code", em: "em", i: "i", li: "li", ol: "ol", p: "p",
  pre: "pre", s: "s", strong: "strong", u: "u", ul: "ul", del: "s", strike: "s", ins: "u", div: "p", h1: "h4", h2: "h4",
  h3: "h4", h4: "h4", h5: "h4", h6: "h4",
} as const));
/** Elements whose content is not meant to be read. */
const HIDDEN = new Set(["script", "style", "iframe", "object", "embed", "template", "noscript", "title", "svg", "math", "select", "textarea"]);
/** The maximum depth of nested elements. A text can nest more than a page can show, so deeper ones are left out. */
const DEEPEST = 50;
const TAG = /^<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/i;
const HREF = /(?:^|[\s/])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
const SCHEMES = ["http:", "https:", "mailto:", "tel:"];
const ENTITIES = new Map(Object.entries({
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", hellip: "…", ndash: "–", mdash: "—", copy: "©",
  euro: "€", laquo: "«", raquo: "»", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", bull: "•",
}));

/** The elements and texts of an HTML text. Unknown tags are left out, and their content remains. */
export function readHtml(html: string): HtmlNode[] {
  const root: HtmlNode[] = [];
  const open: HtmlElement[] = [];
  const add = (node: HtmlNode): void => void (open.at(-1)?.children ?? root).push(node);
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf("<", at);
    if (next !== at) add(unescaped(html.slice(at, next < 0 ? undefined : next)));
    if (next < 0) break;
    at = next + readTag(html, next, open, add);
  }
  return root;
}

/** Handle a tag or a comment that begins with `<` at this place, and return its length. */
function readTag(html: string, at: number, open: HtmlElement[], add: (node: HtmlNode) => void): number {
  if (html.startsWith("<!", at) || html.startsWith("<?", at)) return lengthUntil(html, at, html.startsWith("<!--", at) ? "-->" : ">");
  const match = TAG.exec(html.slice(at));
  if (!match) {
    add("<");
    return 1;
  }
  const [whole, slash, name = "", attributes = ""] = match;
  const lower = name.toLowerCase();
  if (HIDDEN.has(lower)) return slash ? whole.length : hiddenLength(html, at, lower, whole.length);
  const tag = TAGS.get(lower);
  if (tag === undefined) return whole.length;
  if (slash) close(open, tag);
  else if (tag === "br") add({ tag, children: [] });
  else if (open.length < DEEPEST) {
    const element: HtmlElement = { tag, children: [] };
    if (tag === "a") element.href = hrefOf(attributes);
    add(element);
    open.push(element);
  }
  return whole.length;
}

function hiddenLength(html: string, at: number, name: string, opening: number): number {
  const end = html.toLowerCase().indexOf(`</${name}`, at + opening);
  return end < 0 ? html.length - at : lengthUntil(html, end, ">") + end - at;
}

function lengthUntil(html: string, at: number, mark: string): number {
  const end = html.indexOf(mark, at);
  return end < 0 ? html.length - at : end + mark.length - at;
}

function close(open: HtmlElement[], tag: HtmlTag): void {
  const index = open.findLastIndex((one) => one.tag === tag);
  if (index >= 0) open.length = index;
}

function hrefOf(attributes: string): string | undefined {
  const match = HREF.exec(attributes);
  return match ? safeUrl(unescaped(match[1] ?? match[2] ?? match[3] ?? "")) : undefined;
}

/** The URL if it is absolute and its scheme is harmless. */
export function safeUrl(text: string): string | undefined {
  const url = URL.parse(text.trim());
  return url && SCHEMES.includes(url.protocol) ? url.href : undefined;
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES.get(name) ?? whole;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex ?? "", 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
