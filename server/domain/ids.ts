/** Random bytes are drawn for many ids at once: each draw costs as much as the rest of an id ten times over. */
const pool = new Uint8Array(16 * 256);
let used = pool.length;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random. New rows land at the right end
 * of their indexes, and ids sort by time of creation to the millisecond.
 */
export function newId(nowMs: number = Date.now()): string {
  if (used === pool.length) {
    globalThis.crypto.getRandomValues(pool);
    used = 0;
  }
  const at = used;
  used += 16;
  const random = (index: number) => pool[at + index] ?? 0;
  const hex = (byte: number) => HEX[byte] ?? "";
  const time = nowMs.toString(16).padStart(12, "0");
  const version = hex((random(6) & 0x0f) | 0x70);
  const variant = hex((random(8) & 0x3f) | 0x80);
  const tail =
    hex(random(10)) + hex(random(11)) + hex(random(12)) + hex(random(13)) + hex(random(14)) + hex(random(15));
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(random(7))}-${variant}${hex(random(9))}-${tail}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
export function isId(value: string): boolean {
  return UUID.test(value);
}
