/**
 * Whole numbers as text of plain characters: five bits a character, the lowest first, and a sixth that says whether
 * more follow. The database and its protocol hand text on as it is, where bytes would be turned into text and back.
 */
const FIRST = 48;
const BASE = 32;

/** Throws RangeError for what is no whole number from 0 to 2^53 − 1. */
export function toDigits(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`only whole numbers from 0 can be stored, not ${value}`);
  let [text, rest] = ["", value];
  for (; rest >= BASE; rest = Math.floor(rest / BASE)) text += String.fromCharCode(FIRST + BASE + (rest % BASE));
  return text + String.fromCharCode(FIRST + rest);
}

/** Numbers that may be below 0, as numbers from 0: 0, −1, 1, −2, … */
export const toUnsigned = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
export const fromUnsigned = (value: number) => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

export class DigitReader {
  at = 0;

  constructor(readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Throws RangeError where the text ends in the midst of a number or holds what `toDigits` does not write. */
  next(): number {
    const { text, at } = this;
    const digit = text.charCodeAt(at) - FIRST;
    // Nearly all are of one character or two: this is the innermost work of every view.
    if (digit >= 0 && digit < BASE) {
      this.at = at + 1;
      return digit;
    }
    const second = text.charCodeAt(at + 1) - FIRST;
    if (digit >= BASE && digit < 2 * BASE && second >= 0 && second < BASE) {
      this.at = at + 2;
      return digit - BASE + second * BASE;
    }
    return this.#more();
  }

  #more(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const digit = this.text.charCodeAt(this.at++) - FIRST;
      if (!(digit >= 0 && digit < 2 * BASE)) throw new RangeError("a stored number is damaged");
      value += (digit % BASE) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("a stored number is too large");
      if (digit < BASE) return value;
      scale *= BASE;
    }
  }

  take(length: number): string {
    const from = this.at;
    this.at += length;
    if (this.at > this.text.length) throw new RangeError("a stored text ends too early");
    return this.text.slice(from, this.at);
  }
}
