import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { GENERATION_STAGES } from "@/server/domain/generation-view";
import { COLD_CLASSES, GENERATION_STATES, OPERATIONS, PROVIDER_IDS, SOURCES } from "@/server/domain/vocabulary";

export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const ms = { type: "integer", description: "milliseconds since 1970 (UTC)" };
const orNull = (schema: Record<string, unknown>) => ({ anyOf: [schema, { type: "null" }] });
const oneOf = (words: readonly string[]) => ({ type: "string", enum: [...words] });
const integer = { type: "integer" };
const string = { type: "string" };

const fieldProblems = { type: "array", items: { type: "object", properties: { field: string, rule: string } } };

export const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "errors", "requestId"],
  properties: {
    type: string,
    title: string,
    status: integer,
    detail: string,
    code: string,
    errors: fieldProblems,
    requestId: string,
  },
};

export const reportAnswerSchema = {
  type: "object",
  required: ["environment", "accepted", "known", "refused"],
  properties: {
    environment: string,
    accepted: integer,
    known: { ...integer, description: "reported before, with the same content" },
    refused: {
      type: "array",
      items: {
        type: "object",
        required: ["index", "id", "problems"],
        properties: { index: integer, id: orNull(string), problems: fieldProblems },
      },
    },
  },
};

export const pageSchema = {
  type: "object",
  required: ["rows", "nextCursor"],
  properties: { rows: { type: "array", items: ref("GenerationSummary") }, nextCursor: orNull(string) },
};

export function generationSchemas(): Record<string, object> {
  const summary = {
    id: { type: "string", format: "uuid" },
    environment: string,
    source: oneOf(SOURCES),
    operation: oneOf(OPERATIONS),
    state: oneOf(GENERATION_STATES),
    stage: oneOf(GENERATION_STAGES),
    provider: oneOf(PROVIDER_IDS),
    forcedProvider: orNull(oneOf(PROVIDER_IDS)),
    revision: integer,
    model: orNull(string),
    prompt: orNull(string),
    width: orNull(integer),
    height: orNull(integer),
    coldClass: orNull(oneOf(COLD_CLASSES)),
    coldStart: orNull({ type: "boolean" }),
    failureMode: orNull(oneOf(FAILURE_MODES)),
    attemptCount: integer,
    latencyMs: orNull(integer),
    delayMs: orNull(integer),
    executionMs: orNull(integer),
    storeMs: orNull(integer),
    costMicros: orNull({ ...integer, description: "millionths of a US dollar" }),
    costEstimated: { type: "boolean" },
    baselineMicros: orNull(integer),
    createdAtMs: ms,
    deadlineAtMs: ms,
    finishedAtMs: orNull(ms),
    cancelRequested: { type: "boolean" },
    images: { type: "array", items: ref("GenerationImage") },
  };
  const parts = ["attempts", "events", "costLines", "warnings"];
  const detail = {
    ...summary,
    params: ref("Submission"),
    stickyKey: string,
    receipt: { type: "object", description: "Why it went where it went" },
    caller: string,
    idempotencyKey: orNull(string),
    fallbackAllowed: { type: "boolean" },
    input: orNull(ref("GenerationImage")),
    ...Object.fromEntries(parts.map((name) => [name, { type: "array" }])),
  };
  const image = {
    position: integer,
    url: {
      ...string,
      description:
        "signed, on this server, good for about an hour; with R2_PUBLIC_URL lasting, on that domain, once it lies there",
    },
    sha256: string,
    mimeType: string,
    width: integer,
    height: integer,
    sizeBytes: integer,
    location: oneOf(["disk", "r2"]),
    expiredAtMs: orNull({ ...integer, description: "when its bytes were removed by age; null while they are kept" }),
  };
  const object = (properties: Record<string, unknown>) => ({
    type: "object",
    required: Object.keys(properties),
    properties,
  });
  return { GenerationSummary: object(summary), Generation: object(detail), GenerationImage: object(image) };
}
