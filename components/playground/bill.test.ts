import { describe, expect, it } from "vitest";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { billSoFar } from "./bill";

const RATES = { microsPerSecond: 310, microsPerImage: 75_000, clockFactor: 1 };
const event = (kind: "accepted" | "starting_worker" | "started", atMs: number) => ({
  id: atMs,
  kind,
  attemptId: null,
  atMs,
  data: null,
});
const run = (provider: GenerationDetail["provider"], events: GenerationDetail["events"]) => ({
  provider,
  createdAtMs: 1_000,
  events,
  params: { count: 1 } as GenerationDetail["params"],
});

describe("the bill of a run under way", () => {
  it("stands still while nobody has taken the job", () => {
    expect(billSoFar(run("comfyui", [event("accepted", 1_000)]), 30_000, RATES)).toBe("Bill so far $0.00 est.");
  });

  it("counts whole seconds of the worker, from its start on", () => {
    const events = [event("accepted", 1_000), event("starting_worker", 3_000), event("started", 43_000)];
    expect(billSoFar(run("comfyui", events), 2_000, RATES)).toBe("Bill so far $0.00 est.");
    expect(billSoFar(run("comfyui", events), 2_001, RATES)).toBe("Bill so far $0.0003 est.");
    expect(billSoFar(run("comfyui", events), 12_000, RATES)).toBe("Bill so far $0.0031 est.");
  });

  it("runs with the provider's own clock", () => {
    const events = [event("started", 1_000)];
    expect(billSoFar(run("comfyui", events), 1_000, { ...RATES, clockFactor: 10 })).toBe("Bill so far $0.0031 est.");
  });

  it("is Scenario's price whatever the time", () => {
    expect(billSoFar(run("scenario", []), 90_000, RATES)).toBe("Bill when made $0.075 est.");
  });

  it("says nothing without a price", () => {
    const none = { ...RATES, microsPerSecond: null, microsPerImage: null };
    expect(billSoFar(run("comfyui", []), 1_000, none)).toBeNull();
    expect(billSoFar(run("scenario", []), 1_000, none)).toBeNull();
  });
});
