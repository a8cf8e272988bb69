"use client";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { ChangeDialog } from "@/components/endpoint/change-dialog";
import { rangeWords } from "@/components/endpoint/endpoint-words";
import { ScheduleDialog } from "@/components/endpoint/schedule-dialog";
import { formatCount, formatCountFull, formatLatency, formatMoney, formatRate, formatTotal } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { Select } from "@/components/ui/select";
import { settingWords, type WarmSetting } from "@/server/domain/keep-warm/settings";
import { byMinimum, type WarmOutcome, type WarmWhatIf } from "@/server/domain/keep-warm/what-if";
import { DataTable } from "./data-table";
import { calibrationWords, targetWords } from "./keep-warm-words";
import { DAY_OPTIONS, OWN_REQUESTS, TARGET_OPTIONS, traceOption, WARM_TARGETS, warmParsers } from "./warm-view";

type Report = RouterOutputs["endpoint"]["whatIf"];

const FRESH_MS = 5 * 60_000;

/** What kept workers and longer idle time-outs would have made of the last days. Writes nothing before Set at RunPod. */
export function KeepWarmPanel({ timeZone }: { timeZone: string }) {
  const { name: environment } = useEnvironment();
  const [{ wdays, wtarget, wtrace }, setView] = useQueryStates(warmParsers, { history: "replace" });
  const traces = trpc.endpoint.traces.useQuery({ environment }, { staleTime: FRESH_MS }).data ?? [];
  // An import that is gone, or another environment's, falls back to what came here.
  const importId = traces.some(({ id }) => id === wtrace) ? wtrace : null;
  const query = trpc.endpoint.whatIf.useQuery(
    { environment, days: Number(wdays), zone: timeZone, target: WARM_TARGETS[wtarget].target, importId },
    { staleTime: FRESH_MS, placeholderData: (before) => (before?.environment === environment ? before : undefined) },
  );
  return (
    <Panel
      title="Min workers what-if"
      note={`Simulated on ${importId === null ? "the requests of the last days" : "an import's arrivals, with times measured here"}, est. Nothing is changed by looking.`}
      refreshing={query.isPlaceholderData}
      className="no-print"
    >
      <div className="mb-4 grid gap-3 sm:grid-cols-3">
        <Select label="Days" options={DAY_OPTIONS} value={wdays} onChange={(days) => setView({ wdays: days })} />
        <Select
          label="Target"
          options={TARGET_OPTIONS}
          value={wtarget}
          onChange={(target) => setView({ wtarget: target })}
        />
        <Select
          label="Requests"
          options={[OWN_REQUESTS, ...traces.map(traceOption)]}
          value={importId ?? OWN_REQUESTS.value}
          onChange={(id) => setView({ wtrace: id === OWN_REQUESTS.value ? null : id })}
        />
      </div>
      <QueryStates query={query} what="The what-if">
        {(report) =>
          report.whatIf === null ? (
            <EmptyState>No what-if: {report.missing}.</EmptyState>
          ) : (
            <WhatIf report={report} whatIf={report.whatIf} />
          )
        }
      </QueryStates>
    </Panel>
  );
}

function WhatIf({ report, whatIf }: { report: Report; whatIf: WarmWhatIf }) {
  const { outcomes, cheapest, target } = whatIf;
  const [present] = outcomes;
  const rows = [...byMinimum(outcomes)];
  // The cheapest is one of the lines or a line of its own.
  if (cheapest !== null && !rows.some((row) => sameSetting(row, cheapest))) rows.push(cheapest);
  return (
    <div className="flex flex-col gap-4">
      <DataTable
        label="Min workers what-if, table"
        head={["Setting", "Cold", "Avoided a day", "p95 all", "p95 warm", "A month", ""]}
        rows={rows.map((outcome) => cellsOf(outcome, present, report))}
      />
      <p className="m-0 text-body text-ink-1">
        {cheapest === null
          ? `No setting that was tried has ${targetWords(target)}.`
          : `Cheapest with ${targetWords(target)}: ${settingWords(cheapest.setting)}, ${formatTotal(cheapest.perMonthMicros)} a month${
              cheapest.uncertainty?.perMonthMicros
                ? ` (${rangeWords(cheapest.uncertainty.perMonthMicros)} in 95% of such weeks)`
                : ""
            }.`}
      </p>
      <p className="m-0 text-body text-ink-2">{breakEvenWords(whatIf)}</p>
      <p
        data-state={report.calibration?.isWithin === false ? "watch" : undefined}
        className={
          report.calibration?.isWithin === false ? "m-0 text-small text-watch-text" : "m-0 text-small text-ink-2"
        }
      >
        {calibrationWords(report.calibration)}
      </p>
      <ul className="m-0 list-disc pl-5 text-small text-ink-3">
        <li>
          {formatCountFull(report.n)} requests of {Number(whatIf.days.toFixed(1))} days. Price:{" "}
          {report.priceSource ?? "unknown"}.
        </li>
        {report.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}

const sameSetting = (one: WarmOutcome, other: WarmOutcome) => settingWords(one.setting) === settingWords(other.setting);

function cellsOf(outcome: WarmOutcome, present: WarmOutcome | undefined, { environment, zone }: Report) {
  const isPresent = present !== undefined && sameSetting(outcome, present);
  const avoided = present === undefined ? 0 : present.coldPerDay - outcome.coldPerDay;
  return [
    `${settingWords(outcome.setting)}${isPresent ? " (present)" : ""}`,
    formatRate(outcome.coldShare),
    isPresent ? "–" : formatCount(Math.round(avoided)),
    formatLatency(outcome.p95Ms),
    formatLatency(outcome.p95WarmMs),
    formatTotal(outcome.perMonthMicros),
    isPresent ? (
      ""
    ) : outcome.setting.schedule !== null ? (
      <HoursButton key="hours" environment={environment} setting={outcome.setting} zone={zone} />
    ) : (
      <SetButton key="set" environment={environment} setting={outcome.setting} perDay={outcome.standingPerDayMicros} />
    ),
  ];
}

/** The price stands on the button; the dialog shows before and after once more and asks why. */
function SetButton({
  environment,
  setting,
  perDay,
}: {
  environment: string;
  setting: WarmSetting;
  perDay: number | null;
}) {
  const [open, setOpen] = useState(false);
  const status = trpc.endpoint.status.useQuery({ environment }, { enabled: open });
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  return (
    <>
      <Button size="small" disabled={!mayOperate} onClick={() => setOpen(true)}>
        Set at RunPod: {perDay === null ? "price unknown" : `${formatTotal(perDay)} a day standing`}
      </Button>
      {open && status.data ? (
        <ChangeDialog
          status={status.data}
          open
          onOpenChange={setOpen}
          initial={{
            workersMin: String(setting.workersMin),
            workersMax: String(setting.workersMax),
            idleTimeoutS: String(setting.idleTimeoutS),
          }}
        />
      ) : null}
    </>
  );
}

/** A schedule is kept by Switchyard; the dialog shows what it costs and asks why. */
function HoursButton({ environment, setting, zone }: { environment: string; setting: WarmSetting; zone: string }) {
  const [open, setOpen] = useState(false);
  const status = trpc.endpoint.status.useQuery({ environment }, { enabled: open });
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  const { schedule, idleTimeoutS } = setting;
  if (schedule === null) return null;
  const { weekdays, fromHour, toHour, workers } = schedule;
  return (
    <>
      <Button size="small" disabled={!mayOperate} onClick={() => setOpen(true)}>
        Keep these hours…
      </Button>
      {open && status.data ? (
        <ScheduleDialog
          status={status.data}
          onClose={() => setOpen(false)}
          idleTimeoutS={idleTimeoutS}
          initial={{ weekdays, fromHour, toHour, workers, otherwise: setting.workersMin, timeZone: zone }}
        />
      ) : null}
    </>
  );
}

function breakEvenWords({ coldStartMicros, breakEvenColdPerDay, outcomes }: WarmWhatIf): string {
  const now = formatCount(Math.round(outcomes[0]?.coldPerDay ?? 0));
  if (coldStartMicros === null || breakEvenColdPerDay === null)
    return `Break-even unknown: a price is missing. Now ${now} cold starts a day.`;
  return `Break-even: one permanent worker must avoid ${formatCount(Math.ceil(breakEvenColdPerDay))} cold starts a day, at ${formatMoney(coldStartMicros)} each. Now there are ${now} a day.`;
}
