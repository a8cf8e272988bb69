import { CircleCheck, Minus, OctagonAlert } from "lucide-react";
import { formatLatency } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import type { StorageCheck, StorageStep } from "@/server/domain/storage";

const ICONS = { passed: CircleCheck, failed: OctagonAlert, left_out: Minus } as const;
const WORDS: Record<StorageStep["step"], string> = {
  put: "Put",
  head: "Look",
  get: "Get, with hash",
  signed_url: "Signed address",
  private: "No other address",
  expiry: "Expiry",
  public_url: "Own domain",
  delete: "Delete",
};
const OUTCOMES = { passed: "passed", failed: "failed", left_out: "left out" } as const;

/** One store's check, step by step, with what was seen. */
export function StorageCheckList({ check: { store, where, ok, fault, steps } }: { check: StorageCheck }) {
  const name = store === "r2" ? "R2" : "Disk";
  return (
    <section aria-label={name} data-state={ok ? "ok" : "breach"}>
      <h3 className="m-0 text-body font-medium">
        {name}: {ok ? "works" : `does not work (${fault?.replaceAll("_", " ")})`}
      </h3>
      <p className="m-0 mb-2 text-small break-all text-ink-3">{where}</p>
      <ol className="m-0 flex list-none flex-col gap-1 p-0">
        {steps.map(({ step, outcome, tookMs, note }) => (
          <li
            key={step}
            className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 text-small sm:grid-cols-[20px_132px_minmax(0,1fr)]"
          >
            <span className={cn(outcome === "failed" ? "text-breach-text" : "text-ink-3")}>
              <Icon icon={ICONS[outcome]} />
              <span className="sr-only">{OUTCOMES[outcome]}</span>
            </span>
            <span className="text-ink-1">
              {WORDS[step]}
              {outcome === "left_out" ? null : <span className="text-ink-3"> {formatLatency(tookMs)}</span>}
            </span>
            <span
              className={cn(
                "col-start-2 break-all sm:col-start-3",
                outcome === "failed" ? "text-breach-text" : "text-ink-2",
              )}
            >
              {note}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
