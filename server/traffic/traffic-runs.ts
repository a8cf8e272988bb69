import { randomInt } from "node:crypto";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database, DatabaseOrTransaction } from "@/db/client";
import { trafficRuns } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { Config } from "@/server/config";
import { newId } from "@/server/domain/ids";
import { TRAFFIC_PROFILES, type TrafficProfile } from "@/server/domain/traffic";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import { expectedCount } from "./plan";

const SEED_MAX = 2_147_483_647;

export const startTrafficInput = z.strictObject({
  environment: z.string().max(31),
  profile: z.enum(TRAFFIC_PROFILES).default("trace"),
  ratePerMinute: z.int().min(1).max(600, { error: "must be at most 600" }).default(60),
  minutes: z.int().min(1).max(60, { error: "must be at most 60" }).default(5),
});

export interface TrafficRunView {
  id: string;
  profile: TrafficProfile;
  ratePerMinute: number;
  sent: number;
  refused: number;
  lastRefusal: string | null;
  /** About as many will have been sent at the end. */
  expected: number;
  startedBy: string;
  startedAtMs: number;
  endsAtMs: number;
}

export interface TrafficRunDeps {
  db: Database;
  config: Pick<Config, "environments">;
}

/** The run under way, or null. */
export async function readTraffic(db: DatabaseOrTransaction, environment: string): Promise<TrafficRunView | null> {
  const [row] = await db
    .select()
    .from(trafficRuns)
    .where(and(eq(trafficRuns.environment, environment), isNull(trafficRuns.endedAt)))
    .orderBy(desc(trafficRuns.startedAt))
    .limit(1);
  return row ? toView(row) : null;
}

/** Starts sample traffic; nothing happens while a run is under way. Throws BAD_REQUEST anywhere but in the sandbox. */
export async function startTraffic(
  deps: TrafficRunDeps,
  operator: Operator,
  input: z.output<typeof startTrafficInput>,
): Promise<TrafficRunView> {
  requireScope(operator.principal, "operate");
  requireSandbox(deps, operator, input.environment);
  const { environment, profile, ratePerMinute, minutes } = input;
  return deps.db.transaction(async (tx) => {
    const [started] = await tx
      .insert(trafficRuns)
      .values({
        id: newId(),
        environment,
        profile,
        ratePerMinute,
        durationMs: minutes * 60_000,
        seed: randomInt(1, SEED_MAX),
        startedBy: operator.principal.name,
      })
      .onConflictDoNothing()
      .returning();
    if (!started) {
      const running = await readTraffic(tx, environment);
      if (running) return running;
      throw new AppError("CONFLICT", "another run ended just now: try again");
    }
    await recordAudit(tx, {
      actor: operator.principal.name,
      via: operator.via,
      requestId: operator.requestId,
      action: "sample_traffic.started",
      target: started.id,
      environment,
      after: { profile, ratePerMinute, minutes },
    });
    return toView(started);
  });
}

/** Ends the run under way, if there is one. What was sent is made all the same. */
export async function stopTraffic(deps: TrafficRunDeps, operator: Operator, environment: string): Promise<void> {
  requireScope(operator.principal, "operate");
  requireSandbox(deps, operator, environment);
  await deps.db.transaction(async (tx) => {
    const [ended] = await tx
      .update(trafficRuns)
      .set({ endedAt: sql`clock_timestamp()` })
      .where(and(eq(trafficRuns.environment, environment), isNull(trafficRuns.endedAt)))
      .returning();
    if (!ended) return;
    await recordAudit(tx, {
      actor: operator.principal.name,
      via: operator.via,
      requestId: operator.requestId,
      action: "sample_traffic.stopped",
      target: ended.id,
      environment,
      after: { sent: ended.sent, refused: ended.refused },
    });
  });
}

function requireSandbox({ config }: TrafficRunDeps, { principal }: Operator, environment: string): void {
  requireEnvironment(principal, environment);
  if (environment === SANDBOX_ENVIRONMENT && config.environments.includes(environment)) return;
  const rule = "must be sandbox: sample traffic goes nowhere else";
  throw new AppError("BAD_REQUEST", `environment ${rule}`, { problems: [{ field: "environment", rule }] });
}

function toView(row: typeof trafficRuns.$inferSelect): TrafficRunView {
  const { id, profile, ratePerMinute, sent, refused, lastRefusal, startedBy, startedAt, durationMs } = row;
  const startedAtMs = startedAt.getTime();
  return {
    id,
    profile,
    ratePerMinute,
    sent,
    refused,
    lastRefusal,
    expected: expectedCount({ ratePerMinute, durationMs }),
    startedBy,
    startedAtMs,
    endsAtMs: startedAtMs + durationMs,
  };
}
