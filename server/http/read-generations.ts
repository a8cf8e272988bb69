import { z } from "zod";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { GENERATION_SORTS, NEWEST_FIRST } from "@/server/domain/generation-sort";
import { INSTANT_MAX_MS, spanProblems } from "@/server/domain/time-span";
import {
  COLD_CLASSES,
  GENERATION_STATES,
  isTerminal,
  OPERATIONS,
  PROVIDER_WORDS,
  parseProviderId,
  SOURCES,
} from "@/server/domain/vocabulary";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError, type FieldProblem } from "@/server/errors";
import { EXPORT_FORMATS } from "@/server/gateway/export-format";
import type { GenerationFilter } from "@/server/gateway/gateway";
import { sendJson } from "./answer";
import type { KeyedCall, Route } from "./call";
import { decisionHeaders, partsOf, timing } from "./create-generation";

export const getGenerationRoute: Route = {
  method: "GET",
  path: "/api/v1/generations/:id",
  access: "read",
  async handle({ runtime, principal, params, outgoing }) {
    const detail = await runtime.gateway.get(principal, params.id ?? "");
    sendJson(outgoing, 200, detail, { ...decisionHeaders(detail), "server-timing": timing(partsOf(detail)) });
  },
};

/** Asks for the end: 200 when it has ended, 202 while the provider still has to be told. */
export const cancelGenerationRoute: Route = {
  method: "DELETE",
  path: "/api/v1/generations/:id",
  access: "generate",
  async handle({ runtime, principal, params, outgoing }) {
    const detail = await runtime.gateway.cancel(principal, params.id ?? "");
    sendJson(outgoing, isTerminal(detail.state) ? 200 : 202, detail, decisionHeaders(detail));
  },
};

export const listGenerationsRoute: Route = {
  method: "GET",
  path: "/api/v1/generations",
  access: "read",
  async handle(call) {
    const { limit, cursor, sort, ...words } = readQuery(call, listQuerySchema);
    const page = { cursor: cursor ?? null, limit, sort };
    sendJson(call.outgoing, 200, await call.runtime.gateway.list(call.principal, toFilter(call, words), page));
  },
};

export function readExportQuery(call: KeyedCall) {
  const { format, sort, ...words } = readQuery(call, exportQuerySchema);
  return { filter: toFilter(call, words), format, sort };
}

function toFilter(call: KeyedCall, words: z.output<typeof filterQuerySchema>): GenerationFilter {
  return {
    environment: words.environment ?? call.principal.environment ?? call.runtime.config.defaultEnvironment,
    states: words.state,
    providers: words.provider,
    operations: words.operation,
    coldClasses: words.coldClass,
    failureModes: words.failureMode,
    sources: words.source,
    ...spanOf(words),
    search: words.search,
  };
}

/** Throws BAD_REQUEST, naming both ends, where they are in the wrong order or too far apart. */
function spanOf({ from, to }: { from?: number; to?: number }): Pick<GenerationFilter, "fromMs" | "toMs"> {
  const span = { fromMs: from, toMs: to };
  const problems = spanProblems(span, { from: "from", to: "to" });
  if (problems.length > 0) refuse(problems);
  return span;
}

function refuse(problems: FieldProblem[]): never {
  throw new AppError("BAD_REQUEST", problems.map(({ field, rule }) => `${field} ${rule}`).join("; "), { problems });
}

/** `state=failed&state=cancelled` and `state=failed,cancelled` mean the same. */
const words = <const Words extends readonly [string, ...string[]]>(allowed: Words) =>
  z.array(z.enum(allowed, { error: `must be of ${allowed.join(", ")}` })).optional();
const instant = z
  .string()
  .transform((text) => (/^[0-9]+$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((ms) => Number.isSafeInteger(ms) && ms >= 0 && ms <= INSTANT_MAX_MS, {
    error: "must be an ISO date of the years 1970 to 9999, or epoch milliseconds",
  })
  .optional();

const filterQuerySchema = z.strictObject({
  environment: z.string().max(31).optional(),
  state: words(GENERATION_STATES),
  provider: z
    .array(
      z
        .string()
        .refine((word) => parseProviderId(word) !== null, { error: `must be of ${PROVIDER_WORDS.join(", ")}` })
        .transform((word) => parseProviderId(word) ?? "scenario"),
    )
    .optional(),
  operation: words(OPERATIONS),
  coldClass: words(COLD_CLASSES),
  failureMode: words(FAILURE_MODES),
  source: words(SOURCES),
  from: instant,
  to: instant,
  search: z.string().max(200, { error: "must have at most 200 characters" }).optional(),
});

const sort = z.enum(GENERATION_SORTS, { error: `must be of ${GENERATION_SORTS.join(", ")}` }).default(NEWEST_FIRST);

export const listQuerySchema = filterQuerySchema.extend({
  sort,
  cursor: z.string().max(200).optional(),
  limit: z
    .string()
    .default("50")
    .transform(Number)
    .refine((limit) => Number.isInteger(limit) && limit >= 1 && limit <= 200, {
      error: "must be a whole number from 1 to 200",
    }),
});

export const exportQuerySchema = filterQuerySchema.extend({
  sort,
  format: z.enum(EXPORT_FORMATS, { error: `must be of ${EXPORT_FORMATS.join(", ")}` }).default("csv"),
});

const LISTS = new Set(["state", "provider", "operation", "coldClass", "failureMode", "source"]);

function readQuery<Output>(call: KeyedCall, schema: z.ZodType<Output>): Output {
  const given = new Map<string, string | string[]>();
  for (const name of new Set(call.query.keys())) {
    const values = call.query.getAll(name);
    if (LISTS.has(name))
      given.set(
        name,
        values
          .flatMap((value) => value.split(","))
          .filter(Boolean)
          .slice(0, 50),
      );
    else if (values.length === 1) given.set(name, values[0] ?? "");
    else refuse([{ field: name, rule: "must be given once" }]);
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  return refuse(zodProblems(parsed.error));
}
