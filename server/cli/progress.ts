import type { GenerationDetail, GenerationStage } from "@/server/domain/generation-view";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { milliseconds } from "./format";
import type { Terminal } from "./terminal";

export const STAGE_WORDS: Record<GenerationStage, string> = {
  queued: "queued",
  starting_worker: "starting a worker (cold start)",
  running: "running",
  uploading: "storing",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  censored: "end unknown",
};

const TICK_MS = 100;
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

export interface Progress {
  show(detail: GenerationDetail): void;
  end(): void;
}

/** The stage and the time so far: a line that runs along on a terminal, one line for each change elsewhere. */
export function createProgress(terminal: Terminal, nowMs: () => number = Date.now): Progress {
  const startedAtMs = nowMs();
  let words = "sending";
  let shown = "";
  let tick = 0;
  const draw = () => {
    const wheel = SPINNER[tick++ % SPINNER.length] ?? "";
    terminal.status(`${wheel} ${words}  ${((nowMs() - startedAtMs) / 1_000).toFixed(1)} s`);
  };
  const timer = terminal.isWatched ? setInterval(draw, TICK_MS) : null;
  return {
    show(detail) {
      const again = detail.attempts.length > 1 ? `, attempt ${detail.attempts.length}` : "";
      const ending = detail.cancelRequested ? ", cancelling" : "";
      words = `${STAGE_WORDS[detail.stage]} at ${PROVIDER_NAMES[detail.provider]}${again}${ending}`;
      if (terminal.isWatched) return draw();
      if (words !== shown) terminal.say(`${words}  ${milliseconds(nowMs() - startedAtMs)}`);
      shown = words;
    },
    end() {
      if (timer) clearInterval(timer);
      terminal.status(null);
    },
  };
}
