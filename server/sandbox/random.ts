/** A 32-bit hash of its parts: the same parts give the same number on every machine and in every run. */
export function hash32(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1) that belongs to these parts. */
export function unit(...parts: (string | number)[]): number {
  return hash32(...parts) / 2 ** 32;
}

/** Lower-case letters and digits that belong to these parts. */
export function token(length: number, ...parts: (string | number)[]): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  let text = "";
  for (let index = 0; index < length; index += 1) text += alphabet[hash32(index, ...parts) % alphabet.length];
  return text;
}

/** A version 4 uuid that belongs to these parts. */
export function uuidOf(...parts: (string | number)[]): string {
  const hex = [0, 1, 2, 3]
    .map((word) =>
      hash32(word, ...parts)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
  const variant = "89ab"[hash32("variant", ...parts) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Numbers in [0, 1) where each run of 100 holds exactly one from every hundredth, in seeded order. Plain random
 * numbers would miss a p99 by some percent even at 50,000 draws, and a demo of 100 would often have no slow job.
 */
export class StratifiedStream {
  private drawn = 0;
  private strata: number[] = [];

  constructor(
    private readonly seed: number,
    private readonly label: string,
  ) {}

  next(): number {
    const block = Math.floor(this.drawn / 100);
    const index = this.drawn % 100;
    if (index === 0) this.shuffle(block);
    this.drawn += 1;
    return ((this.strata[index] ?? 0) + unit(this.seed, this.label, "jitter", block, index)) / 100;
  }

  private shuffle(block: number): void {
    const strata = Array.from({ length: 100 }, (_, index) => index);
    for (let index = 99; index > 0; index -= 1) {
      const other = hash32(this.seed, this.label, "order", block, index) % (index + 1);
      const held = strata[index] ?? 0;
      strata[index] = strata[other] ?? 0;
      strata[other] = held;
    }
    this.strata = strata;
  }
}
