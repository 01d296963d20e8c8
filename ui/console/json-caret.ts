// Finds the position of a caret in a JSON text, which may be unfinished.

export interface Caret {
  place: "name" | "value";
  /** The names and indexes that lead to the object with the name, or to the value. */
  path: string[];
  /** The part of it before the caret, and its place in the text. */
  prefix: string;
  start: number;
  end: number;
  /** The names that the object has already. */
  names: Set<string>;
  /** The strings of the text by their paths, joined with dots. */
  strings: Map<string, string>;
}

interface Frame {
  path: string[];
  isArray: boolean;
  /** The name, or the index, of the value that comes next; null where a name comes next. */
  key: string | null;
  names: Set<string>;
}

type Here = Pick<Caret, "place" | "path" | "names">;
type Token = Pick<Caret, "prefix" | "start" | "end">;

// A string without its end goes up to the end of the line.
const TOKEN = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The name or the value at the caret; null where neither is possible. */
export function caretOf(text: string, offset: number): Caret | null {
  const reader = new Reader();
  let found: (Here & Token) | null = null;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (!found && index >= offset) found = at(reader.here(), { prefix: "", start: offset, end: offset });
    const isOn = !found && index < offset && offset <= lastInside(token, index);
    if (isOn) found = at(reader.here(), { prefix: text.slice(index, offset).replace(/^"/, ""), start: index, end: index + token.length });
    else if (found === null && index + token.length >= offset && !"{[,:".includes(token)) return null;
    reader.take(token, isOn === true);
  }
  found ??= at(reader.here(), { prefix: "", start: offset, end: offset });
  return found && { ...found, strings: reader.strings };
}

/** The last offset at which a caret is inside of a token. */
function lastInside(token: string, index: number): number {
  if ("{}[],:".includes(token)) return -1;
  const isClosed = token.length > 1 && token.startsWith('"') && token.endsWith('"');
  return index + token.length - (isClosed ? 1 : 0);
}

function at(here: Here | null, token: Token): (Here & Token) | null {
  return here && { ...here, ...token };
}

class Reader {
  readonly strings = new Map<string, string>();
  private readonly frames: Frame[] = [];
  private expectsValue = true;

  here(): Here | null {
    const frame = this.frames.at(-1);
    if (!frame) return null;
    if (frame.key === null) return { place: "name", path: frame.path, names: frame.names };
    return this.expectsValue ? { place: "value", path: [...frame.path, frame.key], names: frame.names } : null;
  }

  take(token: string, isAtCaret: boolean): void {
    const frame = this.frames.at(-1);
    if (token === "{" || token === "[") this.open(token === "[", frame);
    else if (token === "}" || token === "]") {
      this.frames.pop();
      this.expectsValue = false;
    } else if (token === ",") {
      if (frame) frame.key = frame.isArray ? String(Number(frame.key) + 1) : null;
      this.expectsValue = true;
    } else if (token === ":") this.expectsValue = true;
    else if (frame) this.scalar(frame, token, isAtCaret);
  }

  private open(isArray: boolean, frame: Frame | undefined): void {
    const path = frame ? [...frame.path, frame.key ?? ""] : [];
    this.frames.push({ path, isArray, key: isArray ? "0" : null, names: new Set() });
    this.expectsValue = true;
  }

  private scalar(frame: Frame, token: string, isAtCaret: boolean): void {
    const value = token.replace(/^"|"$/g, "");
    if (frame.key === null) {
      frame.key = value;
      if (!isAtCaret) frame.names.add(value);
    } else if (token.startsWith('"')) this.strings.set([...frame.path, frame.key].join("."), value);
    this.expectsValue = false;
  }
}
