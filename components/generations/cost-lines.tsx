import { formatMoney } from "@/components/format";
import { COST_WORDS } from "@/components/words";
import type { CostLineView, GenerationDetail } from "@/server/domain/generation-view";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";

const UNIT_WORDS: Record<string, string> = {
  image: "images",
  creative_unit: "creative units",
  gpu_second: "GPU seconds",
  gb_month: "GB months",
};

function unitsOf(line: CostLineView): string | null {
  if (line.units === null) return null;
  const amount = line.units.toLocaleString("en-US", { maximumFractionDigits: 3 });
  return line.unit === null ? amount : `${amount} ${UNIT_WORDS[line.unit] ?? line.unit.replaceAll("_", " ")}`;
}

/** What it cost and why, line by line, beside what the same would have cost at Scenario. */
export function CostLines({ detail }: { detail: GenerationDetail }) {
  const { costLines, costMicros, baselineMicros, costEstimated } = detail;
  if (costMicros === null && costLines.length === 0) return <p className="m-0 text-body text-ink-2">No cost yet.</p>;
  return (
    <table className="w-full border-collapse text-body">
      <caption className="sr-only">Cost lines</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">What</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {costLines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a ledger are appended and never move
          <tr key={index} className="border-b border-line align-top">
            <td className="py-1.5 pr-4 text-ink-1">
              {COST_WORDS[line.kind]}
              <span className="block text-small text-ink-3">
                {[PROVIDER_NAMES[line.provider], unitsOf(line), line.note].filter(Boolean).join(" · ")}
              </span>
            </td>
            <td className="py-1.5 text-right text-ink-1">{formatMoney(line.costMicros)}</td>
          </tr>
        ))}
        <tr>
          <td className="py-1.5 font-medium">Total{costEstimated ? ", est." : ""}</td>
          <td className="py-1.5 text-right font-medium">{formatMoney(costMicros)}</td>
        </tr>
        <tr>
          <td className="text-ink-2">The same at {PROVIDER_NAMES.scenario}</td>
          <td className="text-right text-ink-2">{formatMoney(baselineMicros)}</td>
        </tr>
      </tbody>
    </table>
  );
}
