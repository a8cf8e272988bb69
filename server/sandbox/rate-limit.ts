import type { Clock } from "./clock";

/** Counts calls in fixed windows of sandbox time. */
export class RateWindow {
  private start = 0;
  private used = 0;

  constructor(
    private readonly clock: Clock,
    readonly windowMs: number,
    readonly limit: number,
  ) {}

  /** False when the window is full; a refused call is not counted. */
  take(limit = this.limit): boolean {
    this.roll();
    if (this.used >= limit) return false;
    this.used += 1;
    return true;
  }

  remaining(): number {
    this.roll();
    return Math.max(0, this.limit - this.used);
  }

  /** Sandbox seconds until the window is fresh, at least 1. */
  resetS(): number {
    this.roll();
    return Math.max(1, Math.ceil((this.start + this.windowMs - this.clock.now()) / 1000));
  }

  private roll(): void {
    const start = Math.floor(this.clock.now() / this.windowMs) * this.windowMs;
    if (start === this.start) return;
    this.start = start;
    this.used = 0;
  }
}
