export interface DrillOptions {
  rps: number;
  instances: number;
  flips: number;
  databaseUrl: string | null;
  say: (line: string) => void;
}

export interface Flip {
  /** Number of the rollback's revision. */
  revision: number;
  pressedAtMs: number;
  answeredAtMs: number;
}
