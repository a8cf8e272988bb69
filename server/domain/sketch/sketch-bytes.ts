import { EMPTY_SKETCH, isExact, type Sketch } from "./sketch";

/**
 * The stored form: a version byte, then variable-length whole numbers (LEB128): n, min, max − min, the number of keys,
 * and for each key its distance to the one before and its count. A latency sketch of a busy hour takes about 300 bytes.
 */
const VERSION = 1;

export function sketchToBytes(sketch: Sketch): Uint8Array {
  const out = [VERSION];
  write(out, sketch.n);
  if (sketch.n === 0) return Uint8Array.from(out);
  write(out, sketch.min);
  write(out, sketch.max - sketch.min);
  write(out, sketch.keys.length);
  let before = 0;
  sketch.keys.forEach((key, index) => {
    write(out, key - before);
    write(out, sketch.counts[index] as number); // keys and counts have one length
    before = key;
  });
  return Uint8Array.from(out);
}

/** Throws RangeError, saying what is wrong, for bytes that no `sketchToBytes` wrote. */
export function sketchFromBytes(bytes: Uint8Array): Sketch {
  if (bytes[0] !== VERSION)
    throw new RangeError(`a sketch of version ${bytes[0] ?? "none"} cannot be read, only ${VERSION}`);
  const reader = { bytes, at: 1 };
  const n = read(reader);
  if (n === 0) return EMPTY_SKETCH;
  const min = read(reader);
  const max = min + read(reader);
  const length = read(reader);
  const keys: number[] = [];
  const counts: number[] = [];
  let [key, total] = [0, 0];
  for (let index = 0; index < length; index++) {
    const step = read(reader);
    if (index > 0 && step === 0) throw new RangeError("a sketch's keys must rise");
    key += step;
    const count = read(reader);
    total += count;
    keys.push(key);
    counts.push(count);
  }
  const sketch = { n, min, max, keys, counts };
  if (total !== n) throw new RangeError(`a sketch of ${n} values holds ${total}`);
  if (reader.at !== bytes.length) throw new RangeError("a sketch has bytes after its end");
  if (isExact(sketch) && (keys[0] !== min || keys.at(-1) !== max))
    throw new RangeError("a sketch's ends do not fit its values");
  return sketch;
}

function write(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

function read(reader: { bytes: Uint8Array; at: number }): number {
  let [value, scale] = [0, 1];
  for (;;) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) throw new RangeError("a sketch's bytes end too early");
    reader.at += 1;
    value += (byte % 128) * scale;
    if (byte < 128) return value;
    scale *= 128;
    if (scale > Number.MAX_SAFE_INTEGER) throw new RangeError("a number in a sketch is too large");
  }
}
