import { isAbsolute, resolve } from "node:path";
import type { Environment } from "@/server/env-files";

/** Where a command writes: what was asked for to stdout, everything said about it to stderr. */
export interface Terminal {
  data(text: string): void;
  say(text: string): void;
  /** Rewrites one line of stderr on a terminal; elsewhere nothing. Null removes it. */
  status(text: string | null): void;
  /** Columns of stdout; null where it is not a terminal. */
  columns: number | null;
  /** Somebody watches stderr. */
  isWatched: boolean;
  /** Colours for stdout, none under NO_COLOR and off a terminal. */
  paint(color: Color, text: string): string;
}

const COLORS = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;
export type Color = keyof typeof COLORS;

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export function createTerminal(env: Environment, stdout: Stream, stderr: Stream): Terminal {
  const colors = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const isWatched = stderr.isTTY === true && env.TERM !== "dumb";
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    columns: stdout.isTTY === true ? (stdout.columns ?? 80) : null,
    isWatched,
    data(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    say(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    status(text) {
      if (!isWatched) return;
      clear();
      if (text === null) return;
      stderr.write(text.slice(0, (stderr.columns ?? 80) - 1));
      shown = true;
    },
    paint: (color, text) => (colors ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text),
  };
}

/** A path as the caller means it: the launcher has changed into the project's folder. */
export function callerPath(env: Environment, path: string): string {
  return isAbsolute(path) ? path : resolve(env.SWITCHYARD_CALLER_DIR || process.cwd(), path);
}
