import { type DigitReader, toDigits } from "./digits";
import { EMPTY_SKETCH, isExact, type Sketch } from "./sketch";

/**
 * The stored form: n, min, max − min, the number of keys, and for each key its distance to the one before and its
 * count, in digits. A latency sketch of a busy hour takes about 500 characters.
 */
export function sketchToDigits(sketch: Sketch): string {
  if (sketch.n === 0) return toDigits(0);
  const out = [sketch.n, sketch.min, sketch.max - sketch.min, sketch.keys.length].map(toDigits);
  let before = 0;
  sketch.keys.forEach((key, index) => {
    out.push(toDigits(key - before), toDigits(sketch.counts[index] as number)); // keys and counts have one length
    before = key;
  });
  return out.join("");
}

/** Throws RangeError, saying what is wrong, for digits that no `sketchToDigits` wrote. */
export function sketchFromDigits(reader: DigitReader): Sketch {
  const n = reader.next();
  if (n === 0) return EMPTY_SKETCH;
  const min = reader.next();
  const max = min + reader.next();
  const length = reader.next();
  if (length > reader.text.length) throw new RangeError("a sketch's digits end too early");
  const keys = new Array<number>(length);
  const counts = new Array<number>(length);
  let [key, total] = [0, 0];
  for (let index = 0; index < length; index++) {
    const step = reader.next();
    if (step === 0 && index > 0) throw new RangeError("a sketch's keys must rise");
    const count = reader.next();
    key += step;
    total += count;
    keys[index] = key;
    counts[index] = count;
  }
  if (total !== n) throw new RangeError(`a sketch of ${n} values holds ${total}`);
  const sketch = { n, min, max, keys, counts };
  if (isExact(sketch) && (keys[0] !== min || keys.at(-1) !== max))
    throw new RangeError("a sketch's ends do not fit its values");
  return sketch;
}
