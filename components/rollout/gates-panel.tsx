"use client";
import { CircleCheck, CircleDashed, Minus, OctagonAlert } from "lucide-react";
import Link from "next/link";
import { formatCount, formatDuration } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Panel } from "@/components/ui/panel";
import type { GateKey } from "@/server/domain/gates";
import type { VerdictUnit } from "@/server/domain/statistics/verdict";
import { intervalWords, measureWords, resultWords, rowsHref } from "./gate-words";
import { MarginBar } from "./margin-bar";
import type { Gate, TrackNode } from "./use-phases";

/** What must hold before a step, each with what was measured, on how many, in which time. */
export function GatesPanel({ node, isNext }: { node: TrackNode; isNext: boolean }) {
  const { gates, title } = node;
  const passed = gates.filter((gate) => gate.green).length;
  return (
    <Panel
      title={isNext ? "Gates for the next step" : "Gates"}
      note={gates.length === 0 ? title : `To enter ${title}: ${passed} of ${gates.length} pass`}
    >
      {gates.length === 0 ? (
        <EmptyState>This is where every rollout starts: nothing has to hold before it.</EmptyState>
      ) : (
        <ul className="m-0 list-none p-0">
          {gates.map((gate) => (
            <GateRow key={gate.key} gate={gate} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const ICONS = { Pass: CircleCheck, Fail: OctagonAlert, "Not proved yet": CircleDashed, "No data": Minus } as const;
const STATES = { Pass: "ok", Fail: "breach", "Not proved yet": "unknown", "No data": "unknown" } as const;

const SAMPLED = new Set<VerdictUnit>(["rate", "points", "ms"]);
/** Gates whose milliseconds are a time that has passed, and no latency. */
const TIMED = new Set<GateKey>(["held", "soaked"]);

function measuredValue({ key, verdict }: Gate): string | null {
  if (verdict.unit === "fact") return null;
  if (TIMED.has(key)) return verdict.value === null ? "–" : formatDuration(verdict.value);
  return measureWords(verdict.unit, verdict.value);
}

function GateRow({ gate }: { gate: Gate }) {
  const { verdict } = gate;
  const result = resultWords(gate) as keyof typeof ICONS;
  const interval = intervalWords(verdict);
  return (
    <li
      data-state={STATES[result]}
      data-gate={gate.key}
      className="border-t border-line py-3 first:border-t-0 last:pb-0"
    >
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <p className="m-0 min-w-0 flex-1 basis-56 text-body font-medium text-ink-1">{gate.title}</p>
        <p className="m-0 text-body whitespace-nowrap text-ink-1">
          {measuredValue(gate)}
          {verdict.n > 0 && SAMPLED.has(verdict.unit) && !TIMED.has(gate.key) ? (
            <span className="text-small text-ink-2"> n = {formatCount(verdict.n)}</span>
          ) : null}
        </p>
        <p
          className={cn(
            "m-0 inline-flex h-6 w-32 items-center gap-1.5 text-small max-sm:w-auto",
            result === "Fail" ? "text-breach-text" : result === "Pass" ? "text-ink-1" : "text-ink-2",
          )}
        >
          <Icon icon={ICONS[result]} />
          {result}
        </p>
      </div>
      <p className="m-0 text-small break-words text-ink-2">{verdict.words}</p>
      {interval && verdict.unit === "points" ? <MarginBar verdict={verdict} /> : null}
      <p className="m-0 text-small break-words text-ink-3">
        {interval ? <span className="block text-ink-2">{interval}</span> : null}
        {gate.population ? `Of ${gate.population}` : null}
        {verdict.window ? (
          <>
            {gate.population ? "; " : "Counted "}
            from <LocalTime atMs={verdict.window.fromMs} /> on
          </>
        ) : null}
      </p>
      {gate.link ? <RowsLink link={gate.link} title={gate.title} /> : null}
      {gate.key === "checklist_passed" ? (
        <EvidenceLink href="/playground/checklist">Open the testing checklist</EvidenceLink>
      ) : null}
      {gate.key === "blind_comparison" ? <EvidenceLink href="/playground/batch">Compare pairs</EvidenceLink> : null}
    </li>
  );
}

function RowsLink({ link, title }: { link: NonNullable<Gate["link"]>; title: string }) {
  const { defaultName } = useEnvironment();
  const href = rowsHref(link);
  return (
    <Link
      href={link.environment === defaultName ? href : `${href}&env=${encodeURIComponent(link.environment)}`}
      className="inline-flex min-h-6 items-center text-small text-ink-1 max-md:min-h-11"
    >
      Show the generations<span className="sr-only"> behind {title}</span>
    </Link>
  );
}

function EvidenceLink({ href, children }: { href: string; children: string }) {
  const { hrefIn } = useEnvironment();
  return (
    <Link href={hrefIn(href)} className="inline-flex min-h-6 items-center text-small text-ink-1 max-md:min-h-11">
      {children}
    </Link>
  );
}
