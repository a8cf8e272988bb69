/** How jobs arrive. All times in sandbox seconds. */
export interface Pattern {
  name: string;
  provider: "comfyui" | "scenario";
  /** Part of all jobs, in hundredths. */
  percent: number;
  /** Sandboxes that share its jobs, so that slow patterns take no longer than busy ones. */
  sandboxes: number;
  idleTimeoutS: number;
  /** Settings of the endpoint beyond the idle time-out, as the sandbox's control API takes them. */
  endpoint: Record<string, unknown>;
  /** Pause before the next group and how many jobs come in it; `random` gives numbers from 0 to 1. */
  next(random: () => number, nowS: number): { pauseS: number; jobs: number };
  /** The world changes by itself: no machines for a while, or a worker that dies. */
  trouble: "throttling" | "crashes" | null;
}

const poisson = (meanS: number) => (random: () => number) => ({ pauseS: -Math.log(1 - random()) * meanS, jobs: 1 });

export const PATTERNS: readonly Pattern[] = [
  comfyui("sparse", 8, { next: poisson(30), sandboxes: 5 }),
  comfyui("steady", 22, { next: poisson(3), sandboxes: 2 }),
  comfyui("bursts", 15, {
    next: (random) => ({ pauseS: 60 + 90 * random(), jobs: 1 + Math.floor(random() * 12) }),
    sandboxes: 5,
  }),
  comfyui("waves", 20, {
    // From one job in a minute to one in two seconds and back, every twenty minutes.
    next: (random, nowS) => poisson(1 / (0.26 + 0.24 * Math.sin((2 * Math.PI * nowS) / 1200)))(random),
    sandboxes: 2,
  }),
  comfyui("throttled at times", 10, { next: poisson(15), trouble: "throttling", sandboxes: 3 }),
  comfyui("long idle time-out", 7, { next: poisson(30), idleTimeoutS: 60, sandboxes: 4 }),
  comfyui("FlashBoot", 8, { next: poisson(20), endpoint: { flashboot: "FLASHBOOT" }, sandboxes: 3 }),
  comfyui("one kept warm, crashes", 5, {
    next: (random) => ({ pauseS: 20 + 40 * random(), jobs: 1 + Math.floor(random() * 5) }),
    endpoint: { workersMin: 1 },
    trouble: "crashes",
  }),
  { ...comfyui("Scenario", 5, { next: poisson(8) }), provider: "scenario" },
];

function comfyui(name: string, percent: number, options: Pick<Pattern, "next"> & Partial<Pattern>): Pattern {
  return { name, percent, provider: "comfyui", sandboxes: 1, idleTimeoutS: 5, endpoint: {}, trouble: null, ...options };
}

/** Small, fast and the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
