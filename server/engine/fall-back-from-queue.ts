import { CANDIDATE, CONTROL, OPERATIONS } from "@/server/domain/vocabulary";
import { type EngineContext, unavailability } from "./context";

/** How long a generation waits for a candidate that refuses everything, as long as a refused attempt is repeated. */
const PATIENCE_MS = 8_000;

/**
 * Queued generations that the candidate takes no more of in time, and that may fall back: they queue for the control
 * from now on, which their receipts will say. A full candidate is waited for until the time kept for the control
 * begins, a failing one for seconds. Answers with how many.
 */
export async function fallBackFromQueue(ctx: EngineContext, environment: string): Promise<number> {
  const lane = ctx.lane(environment, CANDIDATE);
  if (!ctx.lane(environment, CONTROL)) return 0;
  const served = OPERATIONS.filter((operation) => unavailability(ctx, environment, operation)[CONTROL] === null);
  const { rowCount } = await ctx.pool.query({
    name: "fall-back-from-queue",
    text: `update generations set provider = $3, next_reason = 'fallback', next_at = statement_timestamp()
      where id in (select id from generations
        where finished_at is null and state = 'queued' and environment = $1 and provider = $2
          and fallback_allowed and forced_provider is null and operation = any($4)
          and (lease_until is null or lease_until < clock_timestamp()) and cancel_requested_at is null
          and (next_at <= statement_timestamp() - make_interval(secs => $5::float8 / 1000)
            or deadline_at - least(make_interval(secs => $6::float8 / 1000), (deadline_at - created_at) / 2) <= statement_timestamp())
        for update skip locked)`,
    values: [
      environment,
      CANDIDATE,
      CONTROL,
      served,
      lane?.isFailing() ? PATIENCE_MS : 24 * 3_600_000,
      ctx.config.fallbackReserveMs,
    ],
  });
  return rowCount ?? 0;
}
