"use client";
import { PrintPatterns } from "@/components/charts/patterns";
import { formatTotal } from "@/components/format";
import { PageHeader } from "@/components/frame/page-header";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { trpc } from "@/components/trpc/client";
import { CopyButton } from "@/components/ui/copy-button";
import { QueryStates } from "@/components/ui/query-states";
import { SkeletonRows } from "@/components/ui/skeleton";
import { missingWords } from "@/server/domain/costs/sentences";
import { ActionsPanel } from "./actions-panel";
import { BillPanel } from "./bill-panel";
import { BridgeFigure } from "./bridge-figure";
import { ChangesPanel } from "./changes-panel";
import { CostTiles } from "./cost-tiles";
import { CountedPanel } from "./counted-panel";
import { DayFigure } from "./day-figure";
import { DifferencesPanel } from "./differences-panel";
import { EarlierPanel } from "./earlier-panel";
import { ExportBar } from "./export-bar";
import { KeepWarmPanel } from "./keep-warm-panel";
import { PostButton } from "./post-dialog";
import { ProviderTable } from "./provider-table";
import { ReviewPanel } from "./review-panel";
import type { Review } from "./review-type";
import { SavingsPanel } from "./savings-panel";
import { SchedulePanel } from "./schedule-panel";
import { UsagePanel } from "./usage-panel";
import { useCompared } from "./use-compared";
import { useWeek, type WeekState } from "./use-week";
import { WeekControls } from "./week-controls";
import { spanWords } from "./week-view";

/** A running week is looked at again this often; one that is over stands still. */
const REFRESH_MS = 30_000;

export function CostsView({ renderedAtMs }: { renderedAtMs: number }) {
  const state = useWeek(renderedAtMs);
  const { environment, week, timeZone } = state;
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  const review = trpc.reviews.week.useQuery(
    { environment, week, timeZone: timeZone ?? "UTC" },
    {
      enabled: timeZone !== null,
      placeholderData: (before) => (before?.environment === environment ? before : undefined),
      refetchInterval: (query) => (query.state.data?.costs.isRunning === false ? false : REFRESH_MS),
    },
  );
  return (
    <>
      <PageHeader title="Costs" actions={<WeekControls state={state} />} />
      {/* As tall as a screen: what stands below the week must not be seen first and pushed away afterwards. */}
      <QueryStates query={review} what="The week" skeleton={<SkeletonRows rows={6} className="h-56" />}>
        {(data) => <Week review={data} state={state} mayOperate={mayOperate} />}
      </QueryStates>
      {timeZone === null ? null : (
        <div className="no-print mt-4 xl:mt-6">
          <SchedulePanel environment={environment} timeZone={timeZone} mayOperate={mayOperate} />
        </div>
      )}
      <div className="no-print mt-4 xl:mt-6">
        <KeepWarmPanel timeZone={timeZone ?? "UTC"} />
      </div>
    </>
  );
}

function Week({ review, state, mayOperate }: { review: Review; state: WeekState; mayOperate: boolean }) {
  const before = useCompared(review, state);
  return (
    <div className="print-week flex flex-col gap-4 xl:gap-6">
      <PrintPatterns />
      <Lead review={review} mayOperate={mayOperate} />
      <CostTiles review={review} before={before} />
      <div className="print-columns grid min-w-0 gap-4 lg:grid-cols-2 xl:gap-6">
        <BridgeFigure review={review} />
        <DayFigure review={review} />
      </div>
      <ProviderTable review={review} />
      <div className="print-columns grid min-w-0 gap-4 lg:grid-cols-2 xl:gap-6">
        <SavingsPanel review={review} />
        {state.view.cmp === "none" ? null : <EarlierPanel review={review} compared={before?.earlier ?? null} />}
      </div>
      <div className="print-columns grid min-w-0 gap-4 lg:grid-cols-2 lg:[&>:last-child:nth-child(odd)]:col-span-2 xl:gap-6">
        <BillPanel review={review} />
        <UsagePanel review={review} />
        <ChangesPanel review={review} />
      </div>
      <CountedPanel storage={review.costs.storage} />
      <DifferencesPanel review={review} />
      <div className="print-columns grid min-w-0 gap-4 lg:grid-cols-2 xl:gap-6">
        <ReviewPanel review={review} mayOperate={mayOperate} />
        <ActionsPanel review={review} mayOperate={mayOperate} />
      </div>
    </div>
  );
}

/** The sentence on top, ready to paste, and how final it is. */
function Lead({ review, mayOperate }: { review: Review; mayOperate: boolean }) {
  const { costs, projection, timeZone } = review;
  const [first, last] = [costs.days[0]?.date ?? "", costs.days.at(-1)?.date ?? ""];
  return (
    <section aria-label="The week in a sentence" className="flex flex-col gap-3">
      <p className="m-0 text-small text-ink-2">
        {spanWords(first, last)}, {timeZone}
        {projection ? `; so far, ${projection.daysOver} of 7 days` : null}
      </p>
      <p
        data-state={costs.savings !== null && costs.savings.micros < 0 ? "breach" : undefined}
        className="m-0 max-w-240 text-title break-words"
      >
        {costs.sentence}
      </p>
      {projection?.costMicros == null ? null : (
        <p className="m-0 text-body text-ink-2">
          If it goes on like this the week costs {formatTotal(projection.costMicros)} est.
          {projection.savingsMicros === null ? "" : `, savings ${formatTotal(projection.savingsMicros)} est.`}
        </p>
      )}
      {costs.missing.length > 0 ? (
        <ul
          aria-label="Missing"
          className="m-0 list-none rounded-control bg-watch-bg px-3 py-2 text-body text-watch-text"
        >
          {costs.missing.map((missing) => (
            <li key={`${missing.of} ${missing.what}`}>There is {missingWords(missing)}.</li>
          ))}
        </ul>
      ) : null}
      <div className="no-print flex flex-wrap gap-2">
        <CopyButton text={costs.sentence}>Copy sentence</CopyButton>
        <ExportBar review={review} />
        {mayOperate ? <PostButton review={review} /> : null}
      </div>
    </section>
  );
}
