const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * A credential that cannot be printed: string conversion, JSON and Node's inspection all give `[secret]`.
 * `reveal()` is the one way out and is called where the value goes on the wire.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [INSPECT](): string {
    return "[secret]";
  }
}
