export interface ChaosSettings {
  /** Same seed, same plan of kills and requests (not the same timing: the processes are real). */
  seed: number;
  /** Processes to kill, PostgreSQL among them. */
  kills: number;
  /** Part of the kills that hit PostgreSQL. */
  databaseShare: number;
  /** Part of a worker's lives that end in a long stop (SIGSTOP, SIGCONT) instead of a kill: its lease runs out meanwhile. */
  pauseShare: number;
  /** Instances, each a gateway process and a worker process. */
  instances: number;
  clients: number;
  /** Sandbox seconds in a second. */
  clockFactor: number;
  /** Pictures go to the sandbox's S3. */
  r2: boolean;
  /** The sandbox's scenario file; null: no faults at the providers. */
  faultsFile: string | null;
  /** Only these debug points are armed; null: all. */
  points: string[] | null;
  plantedBug: PlantedBug | null;
  /** How long open work may take to end once the kills are over. */
  drainMs: number;
  takeoverLimitMs: number | null;
  acceptLimitMs: number | null;
  /** Says what happens, a line each. */
  say: (line: string) => void;
}

/** `no_fence` also takes the nets below the fence away, which would hide it. */
export const PLANTED_BUGS = ["intent_after_send", "no_fence", "no_terminal_index"] as const;
export type PlantedBug = (typeof PLANTED_BUGS)[number];

export const MAX_ATTEMPTS = 3;

export const DEFAULTS: ChaosSettings = {
  seed: 1,
  kills: 100,
  databaseShare: 0.08,
  pauseShare: 0.06,
  instances: 2,
  clients: 20,
  clockFactor: 20,
  r2: false,
  faultsFile: "e2e/chaos/faults.json",
  points: null,
  plantedBug: null,
  drainMs: 180_000,
  takeoverLimitMs: 10_000,
  acceptLimitMs: 2_000,
  say: () => {},
};
