import { formatCountFull, formatLatency, formatRate, formatTotal } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import type { WarmTarget } from "@/server/domain/keep-warm/what-if";

type Calibration = NonNullable<RouterOutputs["endpoint"]["whatIf"]["calibration"]>;
type Row = Calibration["rows"][number];

const WHAT: Record<Row["what"], { name: string; format: (value: number) => string }> = {
  coldShare: { name: "cold", format: formatRate },
  p95Ms: { name: "p95", format: formatLatency },
  p95WarmMs: { name: "p95 warm", format: formatLatency },
  perMonthMicros: { name: "a month by our ledger", format: formatTotal },
  billedPerMonthMicros: { name: "a month by RunPod's bill", format: formatTotal },
};

/** How well the simulation does on the present setting, whose truth is known. */
export function calibrationWords(calibration: Calibration | null): string {
  if (calibration === null) return "Calibration: too few requests since the endpoint was last changed to tell.";
  const { isWithin, measured, rows } = calibration;
  const verdict = isWithin ? "within 10%" : "not within 10%: take these numbers with care";
  const parts = rows.map(({ what, measured: was, simulated: is }) => {
    const { name, format } = WHAT[what];
    return `${name} ${format(is)} simulated, ${format(was)} measured`;
  });
  return `Calibration on the present setting, ${formatCountFull(measured.n)} requests: ${verdict} (${parts.join("; ")}).`;
}

/** Such as "p95 at most 15 s". */
export function targetWords({ p95Ms, coldShare }: WarmTarget): string {
  const parts = [
    ...(p95Ms === null ? [] : [`p95 at most ${formatLatency(p95Ms)}`]),
    ...(coldShare === null ? [] : [`at most ${formatRate(coldShare)} cold`]),
  ];
  return parts.join(" and ");
}
