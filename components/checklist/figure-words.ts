import { formatBytes, formatMoney, formatPart, formatRate, formatShareBp } from "@/components/format";

const UNITS: [RegExp, (value: number) => string][] = [
  [/Ms$/, formatPart],
  [/Micros$/, formatMoney],
  [/Bytes$/, formatBytes],
  [/Bp$/, formatShareBp],
  [/Share$|^matchMin$/, formatRate],
];

/** A measured value by its name, whose unit stands last: `acceptedAfterMs` 3 as "accepted after", "3 ms". */
export function figureWords(name: string, value: number | string): { name: string; value: string } {
  const unit = typeof value === "number" ? UNITS.find(([pattern]) => pattern.test(name)) : undefined;
  const bare = unit ? name.replace(/(Ms|Micros|Bytes|Bp)$/, "") : name;
  return {
    name: bare
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .replace("sha256", "SHA-256"),
    value: unit && typeof value === "number" ? unit[1](value) : String(value),
  };
}
