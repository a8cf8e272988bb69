import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { trafficRuns } from "@/db/schema";
import { localPrincipal } from "@/server/auth/access";
import { submissionSchema } from "@/server/domain/submission";
import { errorMessage } from "@/server/error-message";
import type { Gateway } from "@/server/gateway/gateway";
import { drawPictures } from "./pictures";
import { type Arrival, arrivals, orderOf } from "./plan";

/** What was due while nobody ran is not made up for: a start must not begin with a rush of everything missed. */
const LATE_MAX_MS = 10_000;
/** At a time. */
const WIDTH = 8;

export interface TrafficDeps {
  db: Database;
  gateway: Pick<Gateway, "submit">;
}

type Run = typeof trafficRuns.$inferSelect & { elapsedMs: number };

/**
 * Sends what the runs under way are due to have sent by now, and ends those whose time is over. Each request has an
 * idempotency key by its place in the plan, so one that was sent and not noted is not made twice.
 */
export async function sendDueTraffic(deps: TrafficDeps): Promise<void> {
  const rows = await deps.db
    .select({
      run: trafficRuns,
      elapsedMs: sql<number>`(extract(epoch from clock_timestamp() - ${trafficRuns.startedAt}) * 1000)::float8`,
    })
    .from(trafficRuns)
    .where(isNull(trafficRuns.endedAt));
  for (const { run, elapsedMs } of rows) await sendDue(deps, { ...run, elapsedMs });
}

async function sendDue(deps: TrafficDeps, run: Run): Promise<void> {
  const due = dueOf(run);
  const worth = due.filter(({ atMs }) => atMs >= run.elapsedMs - LATE_MAX_MS);
  let sent = 0;
  let refused = 0;
  let lastRefusal = run.lastRefusal;
  for (let from = 0; from < worth.length; from += WIDTH) {
    const outcomes = await Promise.allSettled(
      worth.slice(from, from + WIDTH).map(({ index }) => send(deps, run, index)),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") sent += 1;
      else {
        refused += 1;
        lastRefusal = errorMessage(outcome.reason);
      }
    }
  }
  const isOver = run.elapsedMs >= run.durationMs;
  if (due.length === 0 && !isOver) return;
  await deps.db
    .update(trafficRuns)
    .set({
      nextIndex: (due.at(-1)?.index ?? run.nextIndex - 1) + 1,
      sent: run.sent + sent,
      refused: run.refused + refused,
      lastRefusal,
      ...(isOver ? { endedAt: sql`coalesce(${trafficRuns.endedAt}, clock_timestamp())` } : {}),
    })
    .where(and(eq(trafficRuns.id, run.id)));
}

function dueOf(run: Run): Arrival[] {
  const due: Arrival[] = [];
  for (const arrival of arrivals({ ...run, clock: null })) {
    if (arrival.atMs > run.elapsedMs) break;
    if (arrival.index >= run.nextIndex) due.push(arrival);
  }
  return due;
}

let pictures: Promise<Buffer[]> | null = null;

async function send({ gateway }: TrafficDeps, run: Run, index: number): Promise<void> {
  const { picture, stickyKey, ...asked } = orderOf(run, index);
  const { provider, fallback, deadlineMs, stickyKey: _key, ...params } = submissionSchema.parse(asked);
  pictures ??= drawPictures();
  const bytes = picture === null ? null : (await pictures)[picture];
  await gateway.submit({
    principal: localPrincipal("sample traffic"),
    environment: run.environment,
    source: "api",
    params,
    image: bytes ? { load: async () => bytes } : null,
    provider,
    stickyKey,
    idempotencyKey: `sample-traffic-${run.id}-${index}`,
    fallback,
    deadlineMs,
  });
}
