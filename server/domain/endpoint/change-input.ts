import { z } from "zod";
import { FLASHBOOTS } from "./settings";

const whole = z.int();

/** Bounds are judged with the endpoint's settings beside them, by `checkChange`, so that its words say what to do. */
export const endpointChangeInput = z.strictObject({
  workersMin: whole.optional(),
  workersMax: whole.optional(),
  idleTimeoutS: whole.optional(),
  scaling: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("QUEUE_DELAY"), queueDelayS: whole }),
      z.strictObject({ type: z.literal("REQUEST_COUNT"), requestCount: whole }),
    ])
    .optional(),
  flashboot: z.enum(FLASHBOOTS).optional(),
  gpuPools: z.array(z.string().max(60)).max(20).optional(),
  executionTimeoutMs: whole.optional(),
});
