import pino from "pino";
import { errorMessage } from "./error-message";

export type LogFields = Record<string, unknown>;

/** One JSON object a line. Fields named like a credential are masked, whatever they hold. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Log;
}

const HIDDEN = /secret|token|password|authorization|cookie|api_?key|credential/i;
const MASK = "[secret]";

/** Errors keep what helps to find them; a statement's parameters stay out, in whatever property or words they come. */
function describeError(error: Error): LogFields {
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: errorMessage(error).slice(0, 500),
    ...("query" in error && typeof error.query === "string" ? { query: error.query.slice(0, 500) } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: framesOf(error),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

/** The stack without the message above it, which may have several lines. */
function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 11)
    .join("\n");
}

function clean(value: unknown, depth = 0): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  if (depth > 4) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, 50).map((entry) => clean(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, HIDDEN.test(name) ? MASK : clean(entry, depth + 1)]),
  );
}

/** Logs to standard output; `write` takes the lines elsewhere (tests). */
export function createLog(options: {
  level: "debug" | "info" | "warn" | "error" | "silent";
  write?: (line: string) => void;
}): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const { write } = options;
  return wrap(write ? pino(settings, { write }) : pino(settings));
}

function wrap(logger: pino.Logger): Log {
  const at = (level: "debug" | "info" | "warn" | "error") => (message: string, fields?: LogFields) => {
    if (logger.isLevelEnabled(level)) logger[level](clean(fields ?? {}) as LogFields, message);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => wrap(logger.child(clean(fields) as LogFields)),
  };
}
