import { Disclosure } from "@/components/ui/disclosure";
import { type StorageFacts, storageSentence } from "@/server/domain/costs/bucket-cost";

/** What the numbers mean, where they are read. */
export function CountedPanel({ storage }: { storage: StorageFacts | undefined }) {
  return (
    <Disclosure summary="How this is counted" className="no-print">
      <dl className="m-0 grid max-w-180 grid-cols-[minmax(80px,auto)_minmax(0,1fr)] gap-x-4 gap-y-2 text-body">
        <dt className="text-ink-2">Baseline</dt>
        <dd className="m-0">
          “Scenario alone”: ComfyUI's images × Scenario's price of that day for the same operation and model, and what
          Scenario did bill for its own.
        </dd>
        <dt className="text-ink-2">Actual</dt>
        <dd className="m-0">
          Scenario's images × price + ComfyUI's compute + cold starts + idle time + failures + standing workers +
          storage. Trials in the playground and the checklist are paid, so they are in the total; they migrate no image.
        </dd>
        <dt className="text-ink-2">Savings</dt>
        <dd className="m-0">
          Baseline − actual. Only migrated images save: Scenario's own cost the same either way. A week belongs to when
          its generations were accepted.
        </dd>
        <dt className="text-ink-2">Estimates</dt>
        <dd className="m-0">
          Idle time whose worker is not known is put at half of the time-out; the interval runs from nothing to twice
          that. “est.” stays until a bill has settled it.
        </dd>
        {storage === undefined ? null : (
          <>
            <dt className="text-ink-2">Storage</dt>
            <dd className="m-0">
              {storageSentence(storage)
                .replace(/^Storage: /, "")
                .replace(/^p/, "P")}
            </dd>
          </>
        )}
        <dt className="text-ink-2">Prices</dt>
        <dd className="m-0">
          Each has a date from which it holds, so earlier weeks do not change. A missing price makes a cost unknown,
          never 0.
        </dd>
      </dl>
    </Disclosure>
  );
}
