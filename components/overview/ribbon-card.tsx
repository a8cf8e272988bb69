"use client";
import { formatCount, formatLatency, formatRate, formatShareBp } from "@/components/format";
import { servingHeadline } from "@/components/frame/serving";
import { useServing } from "@/components/frame/use-serving";
import { ActorName } from "@/components/rollout/actor-name";
import { ReadinessLine } from "@/components/rollout/readiness-line";
import { RollbackButton } from "@/components/rollout/rollback-button";
import type { RouterOutputs } from "@/components/trpc/client";
import { LiveAge } from "@/components/ui/live-age";
import { ProgressLine } from "@/components/ui/panel";
import { ProviderSwatch } from "@/components/ui/provider-mark";
import { REVISION_SOURCE_WORDS } from "@/components/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { Freshness } from "./freshness";
import { ENOUGH, type TotalsAnswer } from "./overview-rows";
import { TrafficRibbon } from "./traffic-ribbon";

const ALL = 10_000;
const HOUR_MS = 3_600_000;

interface RibbonCardProps {
  totals: TotalsAnswer;
  revision: RouterOutputs["overview"]["get"]["revision"];
  updatedAtMs: number;
  refreshMs: number | null;
  refreshing: boolean;
}

/** Who serves traffic now, since when and by whose decision. */
export function RibbonCard({ totals, revision: asRead, updatedAtMs, refreshMs, refreshing }: RibbonCardProps) {
  // The numbers are renewed now and then; who serves is known within two seconds.
  const revision = useServing() ?? asRead;
  const shareBp = revision?.candidateShareBp ?? 0;
  return (
    <section
      aria-label="Who serves traffic"
      className="relative grid items-center gap-x-8 gap-y-4 overflow-hidden rounded-card border border-line bg-surface p-4 md:p-6 lg:grid-cols-[minmax(312px,340px)_minmax(80px,1fr)_auto_auto]"
    >
      {refreshing ? <ProgressLine /> : null}
      <div className="min-w-0">
        <Freshness updatedAtMs={updatedAtMs} refreshMs={refreshMs} />
        <h1 className="m-0 mt-1 text-title">{revision ? servingHeadline(shareBp) : "No revision yet"}</h1>
        {revision ? (
          // Two lines, as it needs once its age is known.
          <p className="m-0 mt-1 min-h-8 text-small text-ink-2">
            Revision {revision.number}, {revision.phase}
            {revision.held ? ", held" : ""}, set <LiveAge atMs={revision.createdAtMs} />,{" "}
            {revision.source === "env" || revision.source === "initial" ? null : (
              <>
                by <ActorName actor={revision.actor} />{" "}
              </>
            )}
            {REVISION_SOURCE_WORDS[revision.source]}.
          </p>
        ) : null}
      </div>
      <div className="min-w-0">
        <TrafficRibbon candidateShareBp={shareBp} requestsPerHour={ratePerHour(totals)} />
        <p className="m-0 mt-1 text-axis text-ink-3">{rateWords(totals)}</p>
      </div>
      <div className="grid grid-cols-2 gap-x-4 gap-y-4 lg:min-w-44 lg:grid-cols-1">
        <Destination totals={totals} provider={CONTROL} shareBp={ALL - shareBp} />
        <Destination totals={totals} provider={CANDIDATE} shareBp={shareBp} />
      </div>
      <div className="hidden flex-col items-start gap-2 md:flex lg:max-w-52">
        <RollbackButton />
        <ReadinessLine />
      </div>
      <ReadinessLine className="md:hidden" />
    </section>
  );
}

/** Ended ones and those under way: what was asked for in this time. */
function requests({ current, open }: TotalsAnswer): number {
  return current.all.generations + open.scenario + open.comfyui;
}

function ratePerHour(totals: TotalsAnswer): number {
  return requests(totals) / ((totals.current.toMs - totals.current.fromMs) / HOUR_MS);
}

function rateWords(totals: TotalsAnswer): string {
  const rate = ratePerHour(totals);
  const count = requests(totals);
  if (count === 0) return "No requests in this time";
  return rate >= 1
    ? `${formatCount(Math.round(rate))} requests / h`
    : `${formatCount(count)} ${count === 1 ? "request" : "requests"} in this time`;
}

function Destination({ totals, provider, shareBp }: { totals: TotalsAnswer; provider: ProviderId; shareBp: number }) {
  const numbers = totals.current[provider];
  const ended = numbers.succeeded + numbers.failed;
  // Scenario is always warm; of ComfyUI only the warm ones are comparable.
  const population = provider === CONTROL ? numbers.latency : numbers.latencyWarm;
  const p95 =
    population.n >= ENOUGH ? `p95${provider === CANDIDATE ? " warm" : ""} ${formatLatency(population.msP95)}` : null;
  const success = ended >= ENOUGH ? `success ${formatRate(numbers.successRate)}` : null;
  const facts = [p95, success].filter(Boolean).join(" · ");
  return (
    <div>
      <p className="m-0 flex items-baseline gap-2 text-body">
        <ProviderSwatch provider={provider} />
        <span className="font-medium">{PROVIDER_NAMES[provider]}</span>
        <span className="text-title">{formatShareBp(shareBp)}</span>
      </p>
      <p className="m-0 pl-4.5 text-small text-ink-2">
        {facts || (ended === 0 ? "nothing served in this time" : `n = ${ended}, too few for rates`)}
      </p>
    </div>
  );
}
