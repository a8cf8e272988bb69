export interface JsonFault {
  line: number;
  column: number;
  what: string;
}

class Fault {
  constructor(
    readonly at: number,
    readonly what: string,
  ) {}
}

const WORD = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Where a text that JSON.parse refused stops being JSON: its messages name the place only sometimes and quote the body
 * at others. Recursive, so the caller has bounded the nesting before.
 */
export function findJsonFault(text: string): JsonFault {
  try {
    new Walk(text).document();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.at).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, what: fault.what };
  }
  return { line: 1, column: 1, what: "something that is no JSON" };
}

class Walk {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): void {
    this.value();
    if (this.next() !== undefined) this.fail("more than one value");
  }

  private fail(what: string): never {
    throw new Fault(this.at, this.at >= this.text.length ? "it ends too early" : what);
  }

  private next(): string | undefined {
    while (" \t\n\r".includes(this.text[this.at] ?? "end")) this.at += 1;
    return this.text[this.at];
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private value(): void {
    const first = this.next();
    if (first === "{") this.list("}", () => this.member());
    else if (first === "[") this.list("]", () => this.value());
    else if (first === '"') this.string();
    else if (!this.take(WORD)) this.fail("something that is no JSON value");
  }

  private member(): void {
    if (this.next() !== '"') this.fail("a member's name in double quotes is needed");
    this.string();
    if (this.next() !== ":") this.fail('":" is needed');
    this.at += 1;
    this.value();
  }

  private list(end: string, entry: () => void): void {
    this.at += 1;
    if (this.next() === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      entry();
      const mark = this.next();
      if (mark !== "," && mark !== end) this.fail(`"," or "${end}" is needed`);
      this.at += 1;
      if (mark === end) return;
    }
  }

  private string(): void {
    this.at += 1;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x5c) {
        if (!this.take(ESCAPE)) this.fail("an escape that JSON does not know");
      } else if (code === 0x22) {
        this.at += 1;
        return;
      } else if (Number.isNaN(code) || code < 0x20) this.fail("a control character inside a text");
      else this.at += 1;
    }
  }
}
