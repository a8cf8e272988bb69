import { readFileSync } from "node:fs";
import type { Random } from "./random";

export type Part = "gateway" | "worker";

/**
 * How one life of a process ends: at a debug point, at any moment, or (`pause`) held up at a debug point, stopped
 * whole until its leases have run out, and let go again before it is killed.
 */
export type LifePlan =
  | { kind: "point"; name: string; nth: number; withinMs: number }
  | { kind: "timed"; afterMs: number }
  | { kind: "pause"; name: string; forMs: number };

/** Where a worker is held up for longer than its lease, with a result or a job's id in its hands. */
const PAUSE_POINTS = ["collect.downloaded", "collect.stored", "settle.before", "submit.sent"];

/** The engine's own list, read from its source: what it names is what can be armed. */
export function readDebugPoints(sourceFile: string): string[] {
  const source = readFileSync(sourceFile, "utf8");
  const list = /DEBUG_POINTS = \[([^\]]+)\]/.exec(source)?.[1] ?? "";
  const names = [...list.matchAll(/"([a-z_.]+)"/g)].map(([, name = ""]) => name);
  if (names.length === 0) throw new Error(`no debug points found in ${sourceFile}`);
  return names;
}

/** Which process passes a point: callers and providers talk to gateways, everything else is a worker's. */
export function partOf(point: string): Part {
  return /^(accept|hint)\.|^cancel\.requested$/.test(point) ? "gateway" : "worker";
}

/** Plans lives so that every point has its turn, those that were hit least first. */
export class KillPlanner {
  readonly hits = new Map<string, number>();
  readonly #armed = new Map<string, number>();

  constructor(
    private readonly points: string[],
    private readonly random: Random,
    private readonly pauseShare: number,
    private readonly killsAnywhere = true,
  ) {
    for (const point of points) this.hits.set(point, 0);
  }

  next(part: Part): LifePlan {
    const { random } = this;
    const own = this.points.filter((point) => partOf(point) === part);
    // A stopped gateway would leave callers hanging, which is a load balancer's matter and not ours.
    if (part === "worker" && random.chance(this.pauseShare))
      return {
        kind: "pause",
        name: random.pick(this.killsAnywhere ? PAUSE_POINTS : own),
        forMs: random.between(10_000, 11_000),
      };
    const isGateway = part === "gateway";
    // Gateways have few points and reach them at once; they live longer, so that most kills hit the engine.
    if (own.length === 0 || (this.killsAnywhere && random.chance(0.15)))
      return { kind: "timed", afterMs: isGateway ? random.between(2_000, 12_000) : random.between(200, 5_000) };
    const turns = (point: string) => (this.hits.get(point) ?? 0) * 2 + (this.#armed.get(point) ?? 0);
    const fewest = Math.min(...own.map(turns));
    const name = random.pick(own.filter((point) => turns(point) === fewest));
    this.#armed.set(name, (this.#armed.get(name) ?? 0) + 1);
    return isGateway
      ? {
          kind: "point",
          name,
          nth: this.killsAnywhere ? random.whole(1, 30) : 1,
          withinMs: random.between(8_000, 14_000),
        }
      : { kind: "point", name, nth: random.pick([1, 1, 2, 4]), withinMs: random.between(6_000, 9_000) };
  }

  hasPoints(part: Part): boolean {
    return this.points.some((point) => partOf(point) === part);
  }

  recordHit(name: string): void {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
  }
}
