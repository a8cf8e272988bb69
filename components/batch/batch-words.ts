import type { BatchCallState, BatchSummary } from "@/server/domain/batch";

export const BATCH_STATE_WORDS: Record<BatchSummary["state"], string> = {
  running: "running",
  paused: "paused",
  cancelling: "cancelling",
  done: "done",
  capped: "stopped at the cap",
  cancelled: "cancelled",
};

export const CALL_STATE_WORDS: Record<BatchCallState, string> = {
  waiting: "Waiting",
  running: "Under way",
  succeeded: "Made",
  failed: "Failed",
  cancelled: "Cancelled",
  left_out: "Not asked for",
};
