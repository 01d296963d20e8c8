// Finds the places of the values in a JSON text, so that an error can be shown at the value that caused it.

export interface Place {
  start: number;
  end: number;
}

export interface Places {
  /** By paths such as `content.items[0].title`; the whole text has the path "". */
  places: Map<string, Place>;
  /** The offset at which the text stops being JSON; null if all of it is JSON. */
  brokenAt: number | null;
}

class Broken extends Error {
  constructor(readonly at: number) {
    super("not JSON");
  }
}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;

/** The places of all values of a JSON text. */
export function placesOf(text: string): Places {
  const reader = new Reader(text);
  try {
    reader.value("");
    reader.end();
    return { places: reader.places, brokenAt: null };
  } catch (error) {
    if (error instanceof Broken) return { places: reader.places, brokenAt: error.at };
    throw error;
  }
}

class Reader {
  readonly places = new Map<string, Place>();
  private at = 0;

  constructor(private readonly text: string) {}

  value(path: string): void {
    this.skip(SPACE);
    const start = this.at;
    const first = this.text[start];
    if (first === "{") this.members("}", () => this.property(path));
    else if (first === "[") this.members("]", (index) => this.value(`${path}[${index}]`));
    else if (!this.skip(first === '"' ? STRING : LITERAL)) throw new Broken(this.at);
    this.places.set(path, { start, end: this.at });
  }

  end(): void {
    this.skip(SPACE);
    if (this.at < this.text.length) throw new Broken(this.at);
  }

  private members(closing: string, member: (index: number) => void): void {
    this.at += 1;
    this.skip(SPACE);
    if (this.take(closing)) return;
    for (let index = 0; ; index += 1) {
      member(index);
      this.skip(SPACE);
      if (this.take(closing)) return;
      if (!this.take(",")) throw new Broken(this.at);
    }
  }

  private property(path: string): void {
    this.skip(SPACE);
    const start = this.at;
    if (!this.skip(STRING)) throw new Broken(start);
    const name = JSON.parse(this.text.slice(start, this.at)) as string;
    this.skip(SPACE);
    if (!this.take(":")) throw new Broken(this.at);
    this.value(path ? `${path}.${name}` : name);
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match !== null;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}

const PATH = /^\.?((?:[A-Za-z_]\w*(?:\[\d+\])*)(?:\.[A-Za-z_]\w*(?:\[\d+\])*)*):? /;

/** The place that the title of an error of the server names, such as `content.text should be string`. */
export function placeOfTitle(title: string, { places }: Places): Place | null {
  let path = PATH.exec(title)?.[1] ?? "";
  while (path && !places.has(path)) path = path.replace(/(?:\[\d+\]|\.?\w+)$/, "");
  return places.get(path) ?? null;
}

/** The number of the line, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
