import { checkLedger, type LedgerCheck } from "@/server/costs/check-ledger";
import { CAPTURE_MAX, CAPTURE_MIN, type Reconciliation, readReconciliation } from "@/server/costs/read-reconciliation";
import { type ControlUsage, readUsage } from "@/server/costs/read-usage";
import { onSameEndpoint } from "@/server/costs/same-endpoint";
import { type SettledBill, settleBill, sharedEndpoint } from "@/server/costs/settle-bill";
import { settleUsage } from "@/server/costs/settle-usage";
import { sharedControl } from "@/server/costs/shared-control";
import { formatIsoWeek, type IsoWeek, weekSpan } from "@/server/domain/iso-week";
import { CANDIDATE, CONTROL, type ProviderId, SELLER_NAMES } from "@/server/domain/vocabulary";
import type { EndpointDeps } from "@/server/endpoint/types";
import { AppError, ProviderError } from "@/server/errors";
import type { RolloutDeps } from "@/server/rollout/types";
import type { CostOptions } from "./cost";
import { EXIT } from "./exit-codes";
import { instant, money, pairs, percent } from "./format";
import { withRollout } from "./open-rollout";
import type { Tools } from "./tools";

export function reconcileWeek({ terminal }: Tools, options: CostOptions, week: IsoWeek, zone: string): Promise<number> {
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment, openEndpoint, startedAtMs }) => {
      const endpoint = await openEndpoint();
      const missing = (provider: ProviderId) => endpoint.config.missingVariables(environment, provider);
      const span = { environment, ...weekSpan(week, zone) };
      const used = await takeInUsage({ ...deps, config: endpoint.config }, span, startedAtMs);
      const bill = await takeInBill(endpoint, span, startedAtMs);
      if (used === null && bill === null) {
        const names = [...missing(CONTROL), ...missing(CANDIDATE)].join(", ");
        throw new AppError("NOT_CONFIGURED", `neither provider is configured in ${environment}: set ${names}`);
      }
      const name = formatIsoWeek(week);
      if (options.json) {
        const notConfigured = {
          ...(bill === null ? { runpod: missing(CANDIDATE) } : {}),
          ...(used === null ? { scenario: missing(CONTROL) } : {}),
        };
        const all = { week: name, zone, ...(bill ?? span), scenario: used, notConfigured };
        terminal.data(JSON.stringify(all, null, 2));
      } else {
        const lines = [
          "RunPod's bill",
          ...(bill === null ? [notConfiguredLine(missing(CANDIDATE))] : reportLines(name, bill)),
          "Scenario's usage",
          ...(used === null ? [notConfiguredLine(missing(CONTROL))] : usageLines(used)),
        ];
        for (const line of lines) terminal.data(line);
      }
      return bill?.isWithin === false ? EXIT.check : EXIT.ok;
    },
  );
}

const notConfiguredLine = (missing: string[]) => `not configured: set ${missing.join(" and ")}`;

/** Null: there is no endpoint here. */
async function takeInBill(
  endpoint: EndpointDeps,
  span: { environment: string; fromMs: number; toMs: number },
  nowMs: number,
): Promise<(Reconciliation & SettledBill) | null> {
  const shared = sharedEndpoint(endpoint, span.environment);
  if (shared === null) return null;
  const settled = await settleBill(endpoint, span, nowMs);
  const query = { ...span, environment: shared.keeper, environments: [...shared.environments] };
  return { ...settled, ...(await readReconciliation(endpoint.db, query)) };
}

function reportLines(week: string, report: Reconciliation): string[] {
  const { captureRate, isWithin, corrections } = report;
  if (captureRate === null)
    return [`${week}, ${report.environment}: nothing is billed yet in ${report.billedHours} hours`];
  const bounds = `${percent(CAPTURE_MIN)} to ${percent(CAPTURE_MAX)} wanted`;
  const worst = [...report.hours]
    .filter((hour) => hour.billedMicros !== null)
    .sort((one, other) => gap(other) - gap(one))
    .slice(0, 3)
    .filter((hour) => gap(hour) > 0);
  return pairs([
    ["week", `${week}, ${report.environment}, ${report.billedHours} billed hours`],
    ["billed", money(report.billedMicros)],
    [
      "explained",
      `${money(report.explainedMicros)}, ${percent(captureRate)} (${bounds})${isWithin ? "" : "  NOT WITHIN"}`,
    ],
    ["not explained", money(report.unexplainedMicros)],
    ["corrections", corrections === 0 ? "none" : `${corrections} hours were billed otherwise before`],
    ...worst.map((hour, index): [string, string] => [
      index === 0 ? "furthest apart" : "",
      `${instant(hour.hourMs)}  billed ${money(hour.billedMicros)}, explained ${money(hour.explainedMicros)}`,
    ]),
  ]);
}

type Used = (ControlUsage & { imported: number; problem: string | null }) | null;

/** Null: Scenario has no credentials here. Its refusal is told and stops nothing: what was taken in before is shown. */
async function takeInUsage(
  deps: Pick<RolloutDeps, "db" | "config" | "provider">,
  span: { environment: string; fromMs: number; toMs: number },
  nowMs: number,
): Promise<Used> {
  const shared = sharedControl(deps.config, span.environment);
  if (shared === null) return null;
  const told = await settleUsage(deps, span, nowMs).then(
    (imported) => ({ imported, problem: null }),
    (error: unknown) => {
      if (!ProviderError.is(error)) throw error;
      return { imported: 0, problem: error.message };
    },
  );
  return { ...told, ...(await readUsage(deps.db, shared, span)) };
}

function usageLines(used: NonNullable<Used>): string[] {
  const { days, units, usedMicros, captureRate, corrections, problem } = used;
  const refused = problem === null ? [] : [`not taken in: ${problem}`];
  if (days.length === 0) return [...refused, "nothing is told yet of the days that are over"];
  const explained = `${money(used.explainedMicros)}${captureRate === null ? "" : `, ${percent(captureRate)}`}`;
  return [
    ...refused,
    ...pairs([
      ["days", `${days.length}, UTC, account ${used.account}`],
      ["used", `${units} creative units, ${usedMicros === null ? "no price of a unit" : money(usedMicros)}`],
      ["explained", explained],
      ["not explained", money(used.unexplainedMicros)],
      ["corrections", corrections === 0 ? "none" : `${corrections} days were told otherwise before`],
    ]),
  ];
}

const gap = (hour: { billedMicros: number | null; explainedMicros: number }) =>
  Math.abs((hour.billedMicros ?? 0) - hour.explainedMicros);

export function checkCosts({ terminal }: Tools, options: CostOptions): Promise<number> {
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment, startedAtMs }) => {
      const check = await checkLedger(deps.db, environment, {
        environments: onSameEndpoint(deps.config, environment),
        nowMs: startedAtMs,
      });
      const isRight = check.isBalanced && check.generationDifferences === 0 && check.attemptDifferences === 0;
      if (options.json) terminal.data(JSON.stringify({ isRight, ...check }, null, 2));
      else for (const line of checkLines(check, isRight)) terminal.data(line);
      return isRight ? EXIT.ok : EXIT.check;
    },
  );
}

const SHOWN = 5;

function checkLines(check: LedgerCheck, isRight: boolean): string[] {
  const { first } = check;
  return [
    `${check.environment}: ${check.generations} ended generations of known cost`,
    ...pairs(
      [
        ...Object.entries(check.debits),
        ...Object.entries(check.credits).map(([id, micros]): [string, number] => [
          `owed to ${SELLER_NAMES[id as keyof typeof check.credits]}`, // its own keys
          -micros,
        ]),
      ].map(([name, micros]): [string, string] => [name.replaceAll("_", " "), money(micros)]),
      "  ",
    ),
    isRight
      ? `debits and credits come to the same on each of ${check.days} days and sellers, and every cost is the sum of its lines`
      : `${check.isBalanced ? "" : `debits and credits differ on ${check.unbalanced.length} of ${check.days} days and sellers; `}${check.generationDifferences} generations and ${check.attemptDifferences} attempts differ from their lines`,
    ...check.unbalanced
      .slice(0, SHOWN)
      .map(
        ({ day, seller, debitMicros, creditMicros }) =>
          `  ${day}, ${SELLER_NAMES[seller]}: lines ${debitMicros} micros, owed ${creditMicros}`,
      ),
    ...(first === null
      ? []
      : [`  the first: ${first.generationId} says ${first.storedMicros} micros, its lines ${first.linesMicros}`]),
  ];
}
