import { DigitReader, fromUnsigned, toDigits, toUnsigned } from "@/server/domain/sketch/digits";
import { EMPTY_SKETCH, type Sketch } from "@/server/domain/sketch/sketch";
import { sketchFromBytes } from "@/server/domain/sketch/sketch-bytes";
import { sketchFromDigits, sketchToDigits } from "@/server/domain/sketch/sketch-digits";
import {
  COUNTERS,
  type FailuresByMode,
  type Measures,
  type MeasuresBuilder,
  NO_MEASURES,
  SERIES,
  type Series,
} from "./measures";

/** A roll-up as it stands in its row, each text with its version first: zeros and empty distributions are left out. */
export interface StoredMeasures {
  /** How many counters, for each its place in `COUNTERS` and its value; failures of generations, then of attempts. */
  numbers: string;
  /** Of each distribution that is not empty: its place in `SERIES`, its length, its digits. Null: was not read. */
  latencies: string | null;
  parts: string | null;
}

/** As rows stood before: by name, and each distribution with its length in two bytes and its own bytes. */
export interface OldMeasures {
  counters: Record<string, number>;
  failures: FailuresByMode;
  attemptFailures: FailuresByMode;
  sketches: Uint8Array;
}

const VERSION = toDigits(1);
/** Series that are parts of attempts, and stand apart: most views ask for latency alone. */
export const PARTS: readonly Series[] = ["delay", "execution", "store"];

export function storeMeasures(measures: Measures): StoredMeasures {
  const set = COUNTERS.flatMap((name, place) => {
    const value = measures.counters[name];
    return value === 0 ? [] : [toDigits(place) + toDigits(toUnsigned(value))];
  });
  const numbers = [VERSION, toDigits(set.length), ...set];
  for (const failures of [measures.failures, measures.attemptFailures]) {
    const entries = Object.entries(failures);
    numbers.push(toDigits(entries.length));
    // By name: their list is the product's, and may come in another order tomorrow.
    for (const [mode, { n, lastSeenMs }] of entries)
      numbers.push(toDigits(mode.length), mode, toDigits(toUnsigned(n)), toDigits(lastSeenMs));
  }
  const distributions = (isPart: boolean) =>
    SERIES.reduce((text, name, place) => {
      if (PARTS.includes(name) !== isPart || measures.sketches[name].n === 0) return text;
      const digits = sketchToDigits(measures.sketches[name]);
      return text + toDigits(place) + toDigits(digits.length) + digits;
    }, VERSION);
  return { numbers: numbers.join(""), latencies: distributions(false), parts: distributions(true) };
}

/** `wanted` saves the work of reading distributions that nobody asks for. */
export function readMeasures(stored: StoredMeasures, wanted: readonly Series[] = SERIES): Measures {
  const { counters, failures, attemptFailures } = readNumbers(stored.numbers);
  // What is asked for its counters alone, or stands for its point, needs no record of its own.
  if (stored.latencies === null && stored.parts === null)
    return { counters, sketches: NO_MEASURES.sketches, failures, attemptFailures };
  const sketches = { ...NO_MEASURES.sketches };
  for (const text of [stored.latencies, stored.parts])
    if (text !== null)
      readSketches(text, wanted, (name, reader) => {
        sketches[name] = sketchFromDigits(reader);
      });
  return { counters, sketches, failures, attemptFailures };
}

/** As a merge of what `readMeasures` gives, without making that: what very many roll-ups come to. */
export function addStored(builder: MeasuresBuilder, stored: StoredMeasures, wanted: readonly Series[] = SERIES): void {
  const { counters, failures, attemptFailures } = readNumbers(stored.numbers);
  builder.merge({ counters, failures, attemptFailures, sketches: NO_MEASURES.sketches });
  for (const text of [stored.latencies, stored.parts])
    if (text !== null) readSketches(text, wanted, (name, reader) => builder.series(name).mergeDigits(reader));
}

function readNumbers(text: string): Omit<Measures, "sketches"> {
  const reader = startOf(text);
  const counters = { ...NO_MEASURES.counters };
  for (let left = reader.next(); left > 0; left--) {
    const name = COUNTERS[reader.next()];
    if (name === undefined) throw new RangeError("a roll-up holds a counter that is not known");
    counters[name] = fromUnsigned(reader.next());
  }
  const failures = readFailures(reader);
  const attemptFailures = readFailures(reader);
  if (!reader.isAtEnd) throw new RangeError("a roll-up's numbers are damaged");
  return { counters, failures, attemptFailures };
}

function startOf(text: string): DigitReader {
  if (text[0] !== VERSION) throw new RangeError(`a roll-up of version ${text[0] ?? "none"} cannot be read`);
  const reader = new DigitReader(text);
  reader.at = 1;
  return reader;
}

function readFailures(reader: DigitReader): FailuresByMode {
  const length = reader.next();
  if (length === 0) return NO_MEASURES.failures;
  const failures: Record<string, { n: number; lastSeenMs: number }> = {};
  for (let left = length; left > 0; left--) {
    const mode = reader.take(reader.next());
    const n = fromUnsigned(reader.next());
    failures[mode] = { n, lastSeenMs: reader.next() };
  }
  return failures;
}

function readSketches(
  text: string,
  wanted: readonly Series[],
  read: (name: Series, reader: DigitReader) => void,
): void {
  const reader = startOf(text);
  while (!reader.isAtEnd) {
    const name = SERIES[reader.next()];
    const end = reader.next() + reader.at;
    if (name === undefined || end > text.length) throw new RangeError("a roll-up's distributions are damaged");
    if (wanted.includes(name)) {
      read(name, reader);
      if (reader.at !== end) throw new RangeError("a sketch has digits after its end");
    }
    reader.at = end;
  }
}

export function readOldMeasures(stored: OldMeasures, wanted: readonly Series[] = SERIES): Measures {
  const sketches = Object.fromEntries(SERIES.map((name) => [name, EMPTY_SKETCH])) as Record<Series, Sketch>;
  const { sketches: bytes } = stored;
  for (let at = 0; at < bytes.length; ) {
    const name = SERIES[bytes[at] as number];
    const length = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (name === undefined || at + 3 + length > bytes.length)
      throw new RangeError("a roll-up's distributions are damaged");
    if (wanted.includes(name)) sketches[name] = sketchFromBytes(bytes.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  const counters = { ...NO_MEASURES.counters };
  for (const name of COUNTERS) counters[name] = stored.counters[name] ?? 0;
  return { counters, sketches, failures: stored.failures, attemptFailures: stored.attemptFailures };
}
