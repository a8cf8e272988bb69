import { randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { INPUT_IMAGE_MAX_BYTES, operationProblems } from "@/server/domain/generation-request";
import { idempotencyKeySchema, submissionSchema } from "@/server/domain/submission";
import { zodProblems } from "@/server/domain/zod-problems";
import type { Environment } from "@/server/env-files";
import { AppError, type FieldProblem } from "@/server/errors";
import type { Order } from "./door";
import { usageError } from "./exit-codes";
import type { GenerateOptions } from "./generate";
import { numberOrText, parseSize } from "./parse";
import { callerPath } from "./terminal";

/** What was typed, as an order. Throws every broken rule at once, before anything is opened or spent. */
export async function readOrder(
  env: Environment,
  prompt: string | undefined,
  options: GenerateOptions,
): Promise<Order> {
  if (options.size !== undefined && (options.width !== undefined || options.height !== undefined))
    throw usageError("--size", "excludes --width and --height");
  const number = (text: string | undefined) => (text === undefined ? null : numberOrText(text));
  const size =
    options.size === undefined
      ? { width: number(options.width), height: number(options.height) }
      : parseSize(options.size);
  const seconds = number(options.timeout);
  if (seconds !== null && !(typeof seconds === "number" && seconds >= 5 && seconds <= 3_600))
    throw usageError("--timeout", `must be from 5 to 3600 seconds, not "${options.timeout}"`);

  const parsed = submissionSchema.safeParse({
    operation: options.operation ?? (options.image === undefined ? "txt2img" : "img2img"),
    prompt: prompt ?? null,
    negativePrompt: options.negative ?? null,
    ...size,
    steps: number(options.steps),
    guidance: number(options.guidance),
    seed: number(options.seed),
    strength: number(options.strength),
    count: number(options.count) ?? 1,
    provider: options.provider ?? null,
    stickyKey: options.key ?? null,
    deadlineMs: seconds === null ? null : Math.round(seconds * 1_000),
  });
  const idempotencyKey = idempotencyKeySchema.safeParse(options.idempotencyKey ?? randomUUID());
  const problems: FieldProblem[] = [
    ...(parsed.success ? operationProblems(parsed.data, options.image !== undefined) : zodProblems(parsed.error)),
    ...(idempotencyKey.success
      ? []
      : idempotencyKey.error.issues.map(({ message }) => ({ field: "Idempotency-Key", rule: message }))),
  ];
  if (!parsed.success || !idempotencyKey.success || problems.length > 0)
    throw new AppError("BAD_REQUEST", "the order is not valid", { problems });

  const { provider, stickyKey, deadlineMs, fallback: _policy, ...params } = parsed.data;
  return {
    environment: options.environment ?? null,
    params,
    image: options.image === undefined ? null : await readImage(env, options.image),
    provider,
    stickyKey,
    idempotencyKey: idempotencyKey.data,
    deadlineMs,
  };
}

async function readImage(env: Environment, place: string): Promise<Order["image"]> {
  if (/^https?:\/\//i.test(place)) return { url: place };
  const path = callerPath(env, place);
  try {
    const { size } = await stat(path);
    if (size > INPUT_IMAGE_MAX_BYTES)
      throw usageError("--image", `must have at most ${INPUT_IMAGE_MAX_BYTES} bytes; ${place} has ${size}`);
    const bytes = await readFile(path);
    if (bytes.length === 0) throw usageError("--image", `must be a picture; ${place} is empty`);
    return { bytes };
  } catch (error) {
    if (AppError.is(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw usageError("--image", code === "ENOENT" ? `names no file: ${place}` : `cannot be read: ${place} (${code})`);
  }
}
