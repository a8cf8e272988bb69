import { formatMoney } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import type { GenerationDetail } from "@/server/domain/generation-view";

export type BillRates = RouterOutputs["providers"]["rates"];
type Running = Pick<GenerationDetail, "provider" | "createdAtMs" | "events" | "params">;

/**
 * The bill of a run under way, in words; null where no price is known. RunPod counts whole seconds of a worker, its
 * start included; Scenario takes its price for what it makes, however long that takes. `elapsedMs` is the browser's
 * time since the press, so that its clock need not agree with the server's.
 */
export function billSoFar(run: Running, elapsedMs: number, rates: BillRates): string | null {
  if (run.provider === "scenario")
    return rates.microsPerImage === null
      ? null
      : `Bill when made ${formatMoney(Math.round(rates.microsPerImage * run.params.count))} est.`;
  if (rates.microsPerSecond === null) return null;
  const taken = run.events.find(({ kind }) => kind === "starting_worker" || kind === "started");
  const paidMs = taken ? Math.max(0, elapsedMs - (taken.atMs - run.createdAtMs)) : 0;
  const seconds = Math.ceil((paidMs * rates.clockFactor) / 1_000);
  return `Bill so far ${formatMoney(Math.round(seconds * rates.microsPerSecond))} est.`;
}
