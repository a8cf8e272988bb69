import type { Method } from "./methods";
import { randomStream } from "./random";

export interface World {
  /** True success rates. */
  candidate: number;
  control: number;
  /** Part of traffic at the candidate. */
  share: number;
  /** The candidate was this good for so many of its generations first. */
  before?: { generations: number; rate: number };
  /** How many generations of the candidate are looked at, one look after every generation of either. */
  horizon: number;
}

export interface Found {
  /** Part of the runs in which the method ever acted. */
  part: number;
  /** Generations of the candidate until it did (after the change, where there is one); null: in no run, or too few. */
  median: number | null;
  p90: number | null;
}

/** Every method sees the same outcomes, so the figures differ by method and not by luck. */
export function simulate(
  methods: Record<string, Method>,
  world: World,
  options: { sims: number; seed: number },
): Record<string, Found> {
  const entries = Object.entries(methods);
  const names = entries.map(([name]) => name);
  const acted = new Map<string, number[]>(names.map((name) => [name, []]));
  const lead = world.before?.generations ?? 0;
  for (let run = 0; run < options.sims; run++) {
    const random = randomStream(Math.imul(options.seed + run, 0x9e3779b1) ^ run);
    const open = new Map(entries.map(([name, start]) => [name, start()]));
    let candidates = 0;
    while (candidates < lead + world.horizon && open.size > 0) {
      const isCandidate = random() < world.share;
      const rate = !isCandidate
        ? world.control
        : candidates < lead
          ? (world.before?.rate ?? world.candidate)
          : world.candidate;
      const success = random() < rate;
      if (isCandidate) candidates += 1;
      for (const [name, look] of open) {
        if (!look(isCandidate, success)) continue;
        open.delete(name);
        acted.get(name)?.push(candidates - lead);
      }
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(acted.get(name) ?? [], options.sims)]));
}

function summary(found: number[], sims: number): Found {
  const sorted = [...found].sort((a, b) => a - b);
  // Runs in which it never acted count as later than all others.
  const at = (part: number) => sorted[Math.ceil(part * sims) - 1] ?? null;
  return { part: found.length / sims, median: at(0.5), p90: at(0.9) };
}
