import { parseArgs } from "node:util";
import { explainHour, OWN_KINDS } from "@/server/domain/costs/explain-hour";
import type { PriceRow } from "@/server/domain/pricing";
import { DEFAULT_PRICES } from "@/server/domain/pricing-defaults";
import { billingSchema } from "@/server/providers/runpod-management/schemas";
import { toBilling } from "@/server/providers/runpod-management/transform";
import { DEFAULT_ENDPOINT } from "@/server/sandbox/runpod/settings";
import { simulateControl } from "./simulate-control";
import { simulateWeek, type WeekSettings } from "./simulate-week";

const HELP = `Usage: npm run eval:reconcile -- [--days N] [--seed N] [--json]

Sends weeks of traffic to the sandbox's endpoint in virtual time, with cold starts, idle time, failures, retries, lost
workers and jobs given up; prices them as the engine does, from what it can observe; looks at the workers as the chore
does; and lays the result beside the sandbox's own bill. Then the same for Scenario: jobs of one to three pictures, some of
which fail and are paid back, beside what its /usages tells.

  --days N    default 7; 30 for a month
  --seed N    default 1
  --json      one line of JSON for each scenario instead of the table
`;

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 10, 16);
const GPU = DEFAULT_ENDPOINT.gpuTypeId;
/** Of one creative unit, as in the price book's beginning. */
const CREDIT_MICROS = 9_000;
const PRICE = { micros: 1_100_000, per: 3_600 };
const PRICES: PriceRow[] = [
  ...DEFAULT_PRICES.filter(({ item }) => item !== GPU).map((price, index) => ({ ...price, id: `default ${index}` })),
  {
    id: "catalogue",
    provider: "comfyui",
    unit: "gpu_second",
    item: GPU,
    operation: null,
    price: PRICE,
    effectiveFromMs: 0,
    effectiveToMs: null,
  },
];

const SCENARIOS: Record<string, Partial<WeekSettings>> = {
  "the plan's traffic": {},
  "few jobs": { perHour: 8 },
  "many jobs": { perHour: 300 },
  "one worker kept": { endpoint: { workersMin: 1 } },
  "idle time-out of a minute": { endpoint: { idleTimeoutS: 60 } },
  FlashBoot: { endpoint: { flashboot: "FLASHBOOT" } },
  "much that fails": { outOfMemory: 0.1, crash: 0.03, givenUp: 0.1 },
};

function evaluate(name: string, changes: Partial<WeekSettings>, { days, seed }: { days: number; seed: number }) {
  const usual = { perHour: 60, outOfMemory: 0.02, crash: 0.005, givenUp: 0.02, endpoint: {} };
  const week = simulateWeek({ seed, days, fromMs: FROM_MS, prices: PRICES, ...usual, ...changes });
  const byJobs = new Map<number, number>();
  for (const { settledAtMs, costMicros } of week.attempts) {
    const hourMs = Math.floor(settledAtMs / HOUR_MS) * HOUR_MS;
    byJobs.set(hourMs, (byJobs.get(hourMs) ?? 0) + (costMicros ?? 0));
  }
  const toMs = week.endMs + 2 * HOUR_MS;
  const told = billingSchema.parse(week.billing(FROM_MS, toMs, toMs + HOUR_MS));
  const billed = new Map(toBilling(told).map((record) => [record.fromMs, record]));
  const fleet = new Map(week.fleetHours.map((hour) => [hour.hourMs, hour]));
  const parts: Record<string, number> = { jobs: 0 };
  for (let hourMs = FROM_MS; hourMs < toMs; hourMs += HOUR_MS) {
    const generationMicros = byJobs.get(hourMs) ?? 0;
    const own = explainHour({
      generationMicros,
      fleet: fleet.get(hourMs) ?? null,
      price: PRICE,
      billed: billed.get(hourMs) ?? { totalMicros: 0, diskMicros: 0 },
    });
    parts.jobs = (parts.jobs ?? 0) + generationMicros;
    for (const kind of OWN_KINDS) parts[kind] = (parts[kind] ?? 0) + own[kind];
  }
  const ledger = Object.values(parts).reduce((sum, micros) => sum + micros, 0);
  const explained = ledger - (parts.unexplained ?? 0);
  return {
    name,
    attempts: week.attempts.length,
    billedMicros: Math.round(week.billedMicros),
    byJobs: (parts.jobs ?? 0) / week.billedMicros,
    captureRate: explained / week.billedMicros,
    error: Math.abs(ledger - week.billedMicros) / week.billedMicros,
    parts,
  };
}

const CONTROL_SCENARIOS = {
  "Scenario: 1 to 3 pictures": { fails: 0.01 },
  "Scenario: much that fails": { fails: 0.2 },
};

async function evaluateControl(
  name: string,
  { fails }: { fails: number },
  { days, seed }: { days: number; seed: number },
) {
  const found = await simulateControl({ seed, days, fails, fromMs: FROM_MS, perHour: 60, prices: PRICES });
  const usedMicros = Math.round(found.usedUnits * CREDIT_MICROS);
  return {
    name,
    attempts: found.jobs,
    billedMicros: usedMicros,
    // Nothing but jobs costs there, so both are the same.
    byJobs: found.explainedMicros / usedMicros,
    captureRate: found.explainedMicros / usedMicros,
    error: Math.abs(found.explainedMicros - found.trueMicros) / found.trueMicros,
  };
}

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "7" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
if (values.help) say(HELP);
else {
  const [days, seed] = [Number(values.days), Number(values.seed)];
  if (!Number.isInteger(days) || days < 1 || !Number.isInteger(seed))
    throw new Error("--days and --seed must be whole");
  const percent = (part: number) => `${(part * 100).toFixed(2)} %`.padStart(10);
  if (!values.json)
    say(`${"scenario".padEnd(28)}attempts    billed   by jobs   captured     error   (captured > 98 %, error < 1 %)`);
  let isGood = true;
  for (const [name, changes] of Object.entries(SCENARIOS)) {
    const found = evaluate(name, changes, { days, seed });
    isGood &&= found.captureRate > 0.98 && found.captureRate < 1.02 && found.error < 0.01;
    if (values.json) say(JSON.stringify(found));
    else {
      const billed = `$${(found.billedMicros / 1e6).toFixed(2)}`.padStart(9);
      const rates = [found.byJobs, found.captureRate, found.error].map(percent).join(" ");
      say(`${name.padEnd(28)}${String(found.attempts).padStart(8)} ${billed}${rates}`);
    }
  }
  for (const [name, changes] of Object.entries(CONTROL_SCENARIOS)) {
    const found = await evaluateControl(name, changes, { days, seed });
    isGood &&= found.captureRate > 0.98 && found.captureRate < 1.02 && found.error < 0.01;
    if (values.json) say(JSON.stringify(found));
    else {
      const used = `$${(found.billedMicros / 1e6).toFixed(2)}`.padStart(9);
      const rates = [found.byJobs, found.captureRate, found.error].map(percent).join(" ");
      say(`${name.padEnd(28)}${String(found.attempts).padStart(8)} ${used}${rates}`);
    }
  }
  process.exitCode = isGood ? 0 : 3;
}
