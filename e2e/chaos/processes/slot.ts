import { setTimeout as sleep } from "node:timers/promises";
import type { LifePlan, Part } from "../kill-plan";
import type { Span } from "../spans";
import { bundleArgs, EndedEarly, type Program, startProgram } from "./program";

export interface SlotOptions {
  name: string;
  part: Part;
  /** The same for every life. */
  env: Record<string, string>;
  logFile: string;
}

/** One process of an instance, which dies and is started again in the same place. */
export class Slot {
  program: Program | null = null;
  readonly starts: number[] = [];
  /** When it was at work. */
  readonly attended: Span[] = [];

  constructor(readonly options: SlotOptions) {}

  get part(): Part {
    return this.options.part;
  }

  async start(plan: LifePlan | null): Promise<Program> {
    const { env, logFile } = this.options;
    const armed: Record<string, string> = {};
    if (plan?.kind === "point") armed.SWITCHYARD_DEBUG_POINT = `${plan.name}:kill:${plan.nth}`;
    if (plan?.kind === "pause") armed.SWITCHYARD_DEBUG_POINT = `${plan.name}:delay:1`;
    const since = Date.now();
    this.program = await startProgram({
      args: bundleArgs("server"),
      env: { ...env, SWITCHYARD_CHAOS: "1", ...armed },
      logFile,
      ready: "message",
    });
    this.starts.push(Date.now() - since);
    this.atWork();
    const span = this.attended.at(-1);
    void this.program.ended.then(({ atMs }) => {
      if (span) span.toMs = Math.min(span.toMs, atMs);
    });
    return this.program;
  }

  atWork(): void {
    this.attended.push({ fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY });
  }

  /** It was stopped in its tracks. */
  outOfWork(): void {
    const span = this.attended.at(-1);
    if (span) span.toMs = Math.min(span.toMs, Date.now());
  }

  /** Starts without a plan, again if the database was away. */
  async startForGood(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.start(null);
        return;
      } catch (error) {
        if (!(error instanceof EndedEarly) || tries >= 10) throw error;
        await sleep(500);
      }
    }
  }

  async stop(): Promise<void> {
    const { program } = this;
    if (!program?.isRunning()) return;
    program.signal("SIGTERM");
    const force = setTimeout(() => program.signal("SIGKILL"), 15_000);
    await program.ended;
    clearTimeout(force);
  }
}
