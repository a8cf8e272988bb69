import { sql } from "drizzle-orm";
import { attempts, costLines, generationEvents, generationRequests, generations, images } from "@/db/schema";
import { type StageEvents, stageOf } from "@/server/domain/generation-stage";
import type {
  AttemptView,
  CostLineView,
  GenerationEventView,
  GenerationImage,
  GenerationSummary,
} from "@/server/domain/generation-view";
import { epochMs, jsonRows } from "./sql-parts";

/** Makes the address under which a browser may read a stored picture; the rows hold none. */
export type SignUrl = (picture: {
  sha256: string;
  mimeType: string;
  role: "input" | "output";
  location: "disk" | "r2";
}) => string;

type StoredImageRow = Omit<GenerationImage, "url"> & { role: "input" | "output" };

interface AttemptTimes {
  delayMs: number | null;
  executionMs: number | null;
  storeMs: number | null;
}

const eventId = (kind: string) =>
  sql<
    number | null
  >`(select max(${generationEvents.id}) from ${generationEvents} where ${generationEvents.generationId} = ${generations.id} and ${generationEvents.kind} = ${sql.param(kind)}::text)`;

/** Events matter to the stage while a generation is open; asking for them on every row of a page would be waste. */
const stageEvents = sql<StageEvents | null>`case when ${generations.finishedAt} is null then json_build_object('startingWorkerId', ${eventId("starting_worker")}, 'startedId', ${eventId("started")}, 'intentId', ${eventId("intent")}) end`;

const lastAttempt = sql<AttemptTimes | null>`(select json_build_object('delayMs', ${attempts.delayMs}, 'executionMs', ${attempts.executionMs}, 'storeMs', ${attempts.storeMs}) from ${attempts} where ${attempts.generationId} = ${generations.id} order by ${attempts.number} desc limit 1)`;

const storedImages = jsonRows<StoredImageRow>(
  {
    role: images.role,
    position: images.position,
    sha256: images.sha256,
    mimeType: images.mimeType,
    width: images.width,
    height: images.height,
    sizeBytes: images.sizeBytes,
    location: images.location,
    expiredAtMs: epochMs(images.expiredAt),
  },
  sql`${images.role}, ${images.position}`,
  sql`from ${images} where ${images.generationId} = ${generations.id}`,
);

/** Exact only where the provider said what it billed for every attempt that cost something. */
const costEstimated = sql<boolean>`exists (select 1 from ${attempts} where ${attempts.generationId} = ${generations.id} and ${attempts.costMicros} is not null and ${attempts.billedUnits} is null)`;

export const summaryColumns = {
  id: generations.id,
  environment: generations.environment,
  source: generations.source,
  operation: generations.operation,
  state: generations.state,
  provider: generations.provider,
  forcedProvider: generations.forcedProvider,
  revision: generations.revision,
  model: generations.model,
  prompt: generationRequests.prompt,
  params: generationRequests.params,
  coldClass: generations.coldClass,
  failureMode: generations.failureMode,
  attemptCount: generations.attemptCount,
  latencyMs: generations.latencyMs,
  costMicros: generations.costMicros,
  baselineMicros: generations.baselineMicros,
  createdAt: generations.createdAt,
  deadlineAt: generations.deadlineAt,
  finishedAt: generations.finishedAt,
  cancelRequestedAt: generations.cancelRequestedAt,
  costEstimated,
  stageEvents,
  lastAttempt,
  storedImages,
};

const attemptViews = jsonRows<AttemptView>(
  {
    id: attempts.id,
    number: attempts.number,
    provider: attempts.provider,
    reason: attempts.reason,
    state: attempts.state,
    jobId: attempts.jobId,
    model: attempts.model,
    revision: attempts.revision,
    receipt: attempts.receipt,
    reservedMicros: attempts.reservedMicros,
    costMicros: attempts.costMicros,
    delayMs: attempts.delayMs,
    executionMs: attempts.executionMs,
    storeMs: attempts.storeMs,
    startUpMs: attempts.startUpMs,
    workerId: attempts.workerId,
    coldClass: attempts.coldClass,
    coldBecause: attempts.coldBecause,
    coldRule: attempts.coldRule,
    evidence: attempts.evidence,
    failureMode: attempts.failureMode,
    failureMessage: attempts.failureMessage,
    failureRaw: attempts.failureRaw,
    httpStatus: attempts.httpStatus,
    createdAtMs: epochMs(attempts.createdAt),
    submittedAtMs: epochMs(attempts.submittedAt),
    startedAtMs: epochMs(attempts.startedAt),
    finishedAtMs: epochMs(attempts.finishedAt),
  },
  sql`${attempts.number}`,
  sql`from ${attempts} where ${attempts.generationId} = ${generations.id}`,
);

const eventViews = jsonRows<GenerationEventView>(
  {
    id: generationEvents.id,
    kind: generationEvents.kind,
    attemptId: generationEvents.attemptId,
    atMs: epochMs(generationEvents.at),
    data: generationEvents.data,
  },
  sql`${generationEvents.id}`,
  sql`from ${generationEvents} where ${generationEvents.generationId} = ${generations.id}`,
);

const costLineViews = jsonRows<CostLineView>(
  {
    kind: costLines.kind,
    provider: costLines.provider,
    costMicros: costLines.costMicros,
    units: costLines.units,
    unit: costLines.unit,
    note: costLines.note,
  },
  sql`${costLines.id}`,
  sql`from ${costLines} where ${costLines.generationId} = ${generations.id}`,
);

export const detailColumns = {
  ...summaryColumns,
  stickyKey: generationRequests.stickyKey,
  receipt: generationRequests.receipt,
  caller: generationRequests.caller,
  warnings: generationRequests.warnings,
  idempotencyKey: generations.idempotencyKey,
  fallbackAllowed: generations.fallbackAllowed,
  attemptViews,
  eventViews,
  costLineViews,
};

type Selected<Columns> = {
  [Name in keyof Columns]: Columns[Name] extends { _: { data: infer Data; notNull: infer NotNull } }
    ? NotNull extends true
      ? Data
      : Data | null
    : Columns[Name] extends { _: { type: infer Type } }
      ? Type
      : never;
};
export type SummaryRow = Selected<typeof summaryColumns>;

export function toGenerationImage({ role, ...image }: StoredImageRow, signUrl: SignUrl): GenerationImage {
  return { ...image, url: signUrl({ ...image, role }) };
}

export function toSummary(row: SummaryRow, signUrl: SignUrl): GenerationSummary {
  const outputs = row.storedImages.filter((image) => image.role === "output");
  const [first] = outputs;
  const nothingYet: StageEvents = { startingWorkerId: null, startedId: null, intentId: null };
  return {
    id: row.id,
    environment: row.environment,
    source: row.source,
    operation: row.operation,
    state: row.state,
    stage: stageOf(row.state, row.stageEvents ?? nothingYet),
    provider: row.provider,
    forcedProvider: row.forcedProvider,
    revision: row.revision,
    model: row.model,
    prompt: row.prompt,
    // What was made says more than what was asked: a default size is null in the request.
    width: first?.width ?? row.params.width,
    height: first?.height ?? row.params.height,
    coldClass: row.coldClass,
    coldStart: row.coldClass === null || row.coldClass === "unknown" ? null : row.coldClass === "cold",
    failureMode: row.failureMode,
    attemptCount: row.attemptCount,
    latencyMs: row.latencyMs,
    delayMs: row.lastAttempt?.delayMs ?? null,
    executionMs: row.lastAttempt?.executionMs ?? null,
    storeMs: row.lastAttempt?.storeMs ?? null,
    costMicros: row.costMicros,
    costEstimated: row.costEstimated,
    baselineMicros: row.baselineMicros,
    createdAtMs: row.createdAt.getTime(),
    deadlineAtMs: row.deadlineAt.getTime(),
    finishedAtMs: row.finishedAt?.getTime() ?? null,
    cancelRequested: row.cancelRequestedAt !== null,
    images: outputs.map((image) => toGenerationImage(image, signUrl)),
  };
}
