import { expect, it } from "vitest";
import type { ColdStartEvidence } from "@/server/domain/cold-start";
import { evidenceFacts } from "./evidence-facts";

// A row of the database, not of today's type: the cast is the point.
const OLD = { provider: "comfyui", delayMs: 41_000, workerId: "w1", initializingSeen: true } as ColdStartEvidence;

// Regression: evidence stored before a field existed has no such field, and the drawer failed on it.
it("shows what old evidence holds and leaves out what it could not know", () => {
  expect(evidenceFacts(OLD).map(({ name, value }) => `${name}: ${String(value)}`)).toEqual([
    "Delay reported: 41\u202fs",
    "Worker: w1",
    "Worker seen starting: yes",
  ]);
});
