import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "../../chaos/processes/program";

/** Where a load goes, the same at every level. */
export interface Target {
  url: string;
  headers: Record<string, string>;
  body: string;
  expectedStatus: number;
  /** Does an answer's body begin with an id that is to be looked for afterwards? */
  collectIds: boolean;
}

export interface LoadOrder extends Target {
  concurrent: number;
  seconds: number;
  warmUpS: number;
}

export interface LoadAnswer {
  answered: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of warm-up too, as are `failed` and `ids`. */
  statuses: Record<string, number>;
  failed: number;
  /** The first body of an answer that was not as expected. */
  firstRefusal: string | null;
  /** When the warm-up was over. */
  measuredFromMs: number;
  ids: string[];
}

/** Callers in a process of their own, so that they do not share a thread with what watches them. */
export async function runLoad(order: LoadOrder): Promise<LoadAnswer> {
  const program = fileURLToPath(new URL("./load.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program, JSON.stringify(order)], {
    cwd: ROOT,
    maxBuffer: 256 * 1024 * 1024,
    timeout: (order.warmUpS + order.seconds + 60) * 1000,
  });
  return JSON.parse(stdout) as LoadAnswer;
}
