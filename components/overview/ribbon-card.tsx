"use client";
import { formatCount, formatLatency, formatRate, formatShareBp } from "@/components/format";
import { servingHeadline } from "@/components/frame/serving";
import { useServing } from "@/components/frame/use-serving";
import { ReadinessLine } from "@/components/rollout/readiness-line";
import { RollbackButton } from "@/components/rollout/rollback-button";
import { LiveAge } from "@/components/ui/live-age";
import { ProgressLine } from "@/components/ui/panel";
import { ProviderSwatch } from "@/components/ui/provider-mark";
import { REVISION_SOURCE_WORDS } from "@/components/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { Freshness } from "./freshness";
import type { Overview } from "./tiles";
import { TrafficRibbon } from "./traffic-ribbon";

const ALL = 10_000;
const ENOUGH = 20;
const HOUR_MS = 3_600_000;

interface RibbonCardProps {
  overview: Overview;
  updatedAtMs: number;
  refreshing: boolean;
}

/** Who serves traffic now, since when and by whose decision. */
export function RibbonCard({ overview, updatedAtMs, refreshing }: RibbonCardProps) {
  // The numbers are renewed now and then; who serves is known within two seconds.
  const revision = useServing() ?? overview.revision;
  const shareBp = revision?.candidateShareBp ?? 0;
  return (
    <section
      aria-label="Who serves traffic"
      className="relative grid items-center gap-x-8 gap-y-4 overflow-hidden rounded-card border border-line bg-surface p-4 md:p-6 lg:grid-cols-[minmax(312px,340px)_minmax(80px,1fr)_auto_auto]"
    >
      {refreshing ? <ProgressLine /> : null}
      <div className="min-w-0">
        <Freshness updatedAtMs={updatedAtMs} />
        <h1 className="m-0 mt-1 text-title">{revision ? servingHeadline(shareBp) : "No revision yet"}</h1>
        {revision ? (
          <p className="m-0 mt-1 text-small text-ink-2">
            Revision {revision.number}, {revision.phase}
            {revision.held ? ", held" : ""}, set <LiveAge atMs={revision.createdAtMs} />,{" "}
            {revision.source === "env" || revision.source === "initial" ? "" : `by ${revision.actor} `}
            {REVISION_SOURCE_WORDS[revision.source]}.
          </p>
        ) : null}
      </div>
      <div className="min-w-0">
        <TrafficRibbon candidateShareBp={shareBp} requestsPerHour={ratePerHour(overview)} />
        <p className="m-0 mt-1 text-axis text-ink-3">{rateWords(overview)}</p>
      </div>
      <div className="flex flex-wrap gap-x-8 gap-y-4 lg:min-w-44 lg:flex-col">
        <Destination overview={overview} provider={CONTROL} shareBp={ALL - shareBp} />
        <Destination overview={overview} provider={CANDIDATE} shareBp={shareBp} />
      </div>
      <div className="hidden flex-col items-start gap-2 md:flex lg:max-w-52">
        <RollbackButton />
        <ReadinessLine />
      </div>
      <ReadinessLine className="md:hidden" />
    </section>
  );
}

function requests(overview: Overview): number {
  return overview.providers.reduce((sum, numbers) => sum + numbers.generations, 0);
}

function ratePerHour(overview: Overview): number {
  return requests(overview) / ((overview.toMs - overview.fromMs) / HOUR_MS);
}

function rateWords(overview: Overview): string {
  const rate = ratePerHour(overview);
  const count = requests(overview);
  if (count === 0) return "No requests in this time";
  return rate >= 1
    ? `${formatCount(Math.round(rate))} requests / h`
    : `${formatCount(count)} ${count === 1 ? "request" : "requests"} in this time`;
}

function Destination({ overview, provider, shareBp }: { overview: Overview; provider: ProviderId; shareBp: number }) {
  const numbers = overview.providers.find((entry) => entry.provider === provider);
  const ended = (numbers?.succeeded ?? 0) + (numbers?.failed ?? 0);
  // Scenario is always warm; of ComfyUI only the warm ones are comparable.
  const population = provider === CONTROL ? numbers?.latency : numbers?.latencyWarm;
  const p95 =
    population && population.n >= ENOUGH
      ? `p95${provider === CANDIDATE ? " warm" : ""} ${formatLatency(population.latencyMsP95)}`
      : null;
  const success = ended >= ENOUGH && numbers ? `success ${formatRate(numbers.successRate)}` : null;
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
