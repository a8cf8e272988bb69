import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { GENTD26 } from "@/server/domain/history/gentd26";
import { type Mapping, mappingSchema, parseTypedMapping } from "@/server/domain/history/mapping";
import { PROVIDER_WORDS, parseProviderId } from "@/server/domain/vocabulary";
import { zodProblems } from "@/server/domain/zod-problems";
import type { Environment } from "@/server/env-files";
import { AppError } from "@/server/errors";
import type { ImportSource } from "@/server/history/import/read-rows";
import { usageError } from "./exit-codes";
import type { ImportOptions } from "./import";
import { callerPath } from "./terminal";

const READY: Record<string, Mapping> = { gentd26: GENTD26 };

export interface ImportOrder {
  source: ImportSource;
  fileName: string;
  mappingName: string;
  sizeBytes: number;
}

/** What was typed, as an order. Throws a usage error before anything is opened but the mapping. */
export function readImportOrder(env: Environment, file: string | undefined, options: ImportOptions): ImportOrder {
  if (file === undefined) throw usageError("file", "is needed: a CSV or NDJSON file, or --list, or --undo <id>");
  const provider = options.provider === undefined ? null : parseProviderId(options.provider);
  if (options.provider !== undefined && provider === null)
    throw usageError("--provider", `must be one of ${PROVIDER_WORDS.join(", ")}, not "${options.provider}"`);
  const path = callerPath(env, file);
  return {
    source: { path, format: formatOf(file, options.format), mapping: readMapping(env, options.map), provider },
    fileName: basename(file),
    mappingName: options.map ?? "by name",
    sizeBytes: sizeOf(path, file),
  };
}

function formatOf(file: string, named: string | undefined): ImportSource["format"] {
  const word = named ?? (/\.(ndjson|jsonl)$/i.test(file) ? "ndjson" : "csv");
  if (word !== "csv" && word !== "ndjson") throw usageError("--format", `must be csv or ndjson, not "${named}"`);
  return word;
}

function sizeOf(path: string, typed: string): number {
  try {
    const found = statSync(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usageError("file", code === "ENOENT" ? `does not exist: ${typed}` : `cannot be read: ${typed} (${code})`);
  }
  throw usageError("file", `must be a file: ${typed} is none`);
}

function readMapping(env: Environment, map: string | undefined): Mapping | null {
  if (map === undefined) return null;
  const ready = READY[map];
  if (ready) return ready;
  if (map.includes("=")) {
    const typed = parseTypedMapping(map);
    if (typeof typed === "string") throw usageError("--map", typed);
    return typed;
  }
  if (!map.endsWith(".json"))
    throw usageError(
      "--map",
      `must be ${Object.keys(READY).join(", ")}, a .json file or "column=field,…", not "${map}"`,
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(callerPath(env, map), "utf8"));
  } catch (error) {
    throw usageError(
      "--map",
      `${map} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = zodProblems(parsed.error).map(({ field, rule }) => ({ field: `--map ${map}: ${field}`, rule }));
  throw new AppError("BAD_REQUEST", "the mapping is not valid", { problems });
}
