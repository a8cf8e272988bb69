import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
import { requireScope } from "@/server/auth/access";
import { databaseUnavailable } from "@/server/database-unavailable";
import { textProblems } from "@/server/domain/text-problems";
import type { ApiScope } from "@/server/domain/vocabulary";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import type { TrpcContext } from "./context";
import { TRPC_CODES } from "./errors";

/** What a procedure needs of who asks. `public` procedures say so by name; there is no other way in. */
interface Meta {
  access: ApiScope | "signed-in" | "public";
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<Meta>()
  .create({
    isDev: false, // no stacks in answers, whatever NODE_ENV says
    defaultMeta: { access: "admin" },
    sse: {
      // A stream ends now and then, so that a session which was revoked meanwhile ends with it.
      maxDurationMs: 5 * 60_000,
      ping: { enabled: true, intervalMs: 10_000 },
      client: { reconnectAfterInactivityMs: 30_000 },
    },
    errorFormatter({ shape, error, ctx }) {
      const cause = AppError.is(error.cause) ? error.cause : null;
      const invalid = error.cause instanceof z.ZodError ? error.cause : null;
      const requestId = ctx?.requestId ?? null;
      const problems = cause?.problems ?? (invalid ? zodProblems(invalid) : []);
      const [first] = problems;
      const data = {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path ?? null,
        appCode: cause?.code ?? null,
        problems,
        retryAfterS: cause?.retryAfterS ?? null,
        requestId,
      };
      if (invalid)
        return { ...shape, message: first ? `${first.field} ${first.rule}` : "the input is not valid", data };
      // Anything that we did not name may hold SQL, a path or a secret.
      if (!cause && shape.data.code === "INTERNAL_SERVER_ERROR")
        return {
          ...shape,
          message: `Something went wrong here. Request ${requestId ?? "unknown"} is in the log.`,
          data,
        };
      return { ...shape, data };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const mapErrors = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause: thrown } = result.error;
  const cause = AppError.is(thrown) ? thrown : (databaseUnavailable(thrown) ?? thrown);
  if (AppError.is(cause)) throw new TRPCError({ code: TRPC_CODES[cause.code], message: cause.message, cause });
  if (result.error.code === "INTERNAL_SERVER_ERROR")
    ctx.runtime.log.error("procedure failed", { path, requestId: ctx.requestId, error: cause ?? result.error });
  return result;
});

/** Before a schema reads it: what cannot be kept must not end as a failure of the database. */
const refuseUnkept = t.middleware(async ({ next, getRawInput }) => {
  const problems = textProblems(await getRawInput());
  const [first] = problems;
  if (first) throw new AppError("BAD_REQUEST", `${first.field} ${first.rule}`, { problems });
  return next();
});

const base = t.procedure.use(mapErrors).use(refuseUnkept);

/** For what somebody without a session must reach. */
export const publicProcedure = base.meta({ access: "public" });

/** Closed unless there is a session, and unless it may do what `scope` names. */
export function protectedProcedure(scope: ApiScope | "signed-in") {
  return base.meta({ access: scope }).use(({ ctx, next }) => {
    if (!ctx.session) throw new AppError("UNAUTHORIZED", "sign in first");
    if (scope !== "signed-in") requireScope(ctx.session.principal, scope);
    return next({ ctx: { ...ctx, session: ctx.session, principal: ctx.session.principal } });
  });
}
