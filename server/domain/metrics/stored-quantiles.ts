import { DigitReader, toDigits } from "@/server/domain/sketch/digits";
import { type Measures, SERIES, type Series } from "./measures";
import { type PointQuantiles, type Quantiles, quantilesOf } from "./point";

/** Their places stand in databases: new ones come at the end. */
const NAMES = ["latency", ...SERIES] as const;
const VERSION = toDigits(1);
const NOTHING: Quantiles = { n: 0, msP50: null, msP95: null, msP99: null };
const EMPTY: PointQuantiles = {
  latency: NOTHING,
  latencyWarm: NOTHING,
  latencyCold: NOTHING,
  latencyOther: NOTHING,
  delay: NOTHING,
  execution: NOTHING,
  store: NOTHING,
};

/**
 * What a point shows of a roll-up's distributions, beside them in its row: a point that is one roll-up need not read
 * them. The version, then of each that is not empty its place, n, p50, p95 − p50 and p99 − p95, in digits.
 */
export function storeQuantiles(measures: Measures): string {
  const quantiles = quantilesOf(measures);
  return NAMES.reduce((text, name, place) => {
    const { n, msP50, msP95, msP99 } = quantiles[name];
    if (msP50 === null || msP95 === null || msP99 === null) return text;
    return text + [place, n, msP50, msP95 - msP50, msP99 - msP95].map(toDigits).join("");
  }, VERSION);
}

/** As `quantilesOf` gives them; those that are not wanted are empty. Throws RangeError for what was not stored so. */
export function readQuantiles(text: string, wanted: readonly Series[] = SERIES): PointQuantiles {
  if (text[0] !== VERSION) throw new RangeError(`quantiles of version ${text[0] ?? "none"} cannot be read`);
  const reader = new DigitReader(text);
  reader.at = 1;
  const quantiles = { ...EMPTY };
  while (!reader.isAtEnd) {
    const name = NAMES[reader.next()];
    if (name === undefined) throw new RangeError("a roll-up's quantiles are damaged");
    const n = reader.next();
    const msP50 = reader.next();
    const msP95 = msP50 + reader.next();
    const msP99 = msP95 + reader.next();
    if (name === "latency" ? wanted.some(isLatency) : wanted.includes(name))
      quantiles[name] = { n, msP50, msP95, msP99 };
  }
  return quantiles;
}

const isLatency = (name: Series) => name.startsWith("latency");

/** Whether these quantiles say the same as the distributions themselves: latency is that of all classes, or of none. */
export function areKnownOf(wanted: readonly Series[]): boolean {
  const latencies = SERIES.filter(isLatency);
  const asked = latencies.filter((name) => wanted.includes(name)).length;
  return asked === 0 || asked === latencies.length;
}
