import { describe, expect, it } from "vitest";
import { AimdLimiter, RetryBudget, TokenBucket } from "./limiter";

function setUp() {
  let nowMs = 1_000;
  const limiter = new AimdLimiter({ start: 64, min: 4, max: 128 }, () => nowMs);
  return { limiter, pass: (ms: number) => (nowMs += ms) };
}

describe("AimdLimiter", () => {
  // Regression: sixty-four refusals of one moment took the limit to its floor at once.
  it("falls once for calls that were refused together, and again for later ones", () => {
    const { limiter, pass } = setUp();
    const places = Array.from({ length: 64 }, () => limiter.take());
    expect(limiter.free()).toBe(0);
    pass(50);
    expect(places.filter((place) => limiter.release(place, "pushed_back"))).toHaveLength(1);
    expect(limiter.limit).toBeCloseTo(44.8);
    pass(1);
    const later = limiter.take();
    pass(50);
    expect(limiter.release(later, "pushed_back")).toBe(true);
    expect(limiter.limit).toBeCloseTo(31.36);
  });

  it("falls to less than half within five windows of nothing but refusals, and never under its floor", () => {
    const { limiter, pass } = setUp();
    for (let window = 0; window < 50; window++) {
      const places = Array.from({ length: limiter.free() }, () => limiter.take());
      pass(50);
      for (const place of places) limiter.release(place, "pushed_back");
      pass(1);
      if (window === 4) expect(limiter.limit).toBeLessThan(32);
    }
    expect(limiter.limit).toBe(4);
    expect(limiter.inFlight).toBe(0);
  });

  it("rises while it is what holds us, up to its ceiling, and not when nobody asks for more", () => {
    const { limiter, pass } = setUp();
    for (let window = 0; window < 40; window++) {
      const places = Array.from({ length: limiter.free() }, () => limiter.take());
      pass(50);
      for (const place of places) limiter.release(place, "ok");
    }
    expect(limiter.limit).toBe(128);

    const idle = setUp().limiter;
    for (let call = 0; call < 500; call++) idle.release(idle.take(), "ok");
    expect(idle.limit).toBe(64);
  });

  it("gives no place during a pause, and the longest pause counts", () => {
    const { limiter, pass } = setUp();
    limiter.pause(1_000);
    limiter.pause(200);
    pass(999);
    expect(limiter.free()).toBe(0);
    pass(1);
    expect(limiter.free()).toBe(64);
  });
});

describe("TokenBucket", () => {
  it("gives the rate on average and a second's worth at once", () => {
    let nowMs = 0;
    const bucket = new TokenBucket(10, () => nowMs);
    let taken = 0;
    for (nowMs = 0; nowMs <= 10_000; nowMs += 10) {
      const tokens = bucket.available();
      bucket.take(tokens);
      taken += tokens;
    }
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(110);
  });
});

describe("RetryBudget", () => {
  it("lets retries be a tenth of first tries, and a few in any case", () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 1_000; call++) budget.recordFirstTry();
    let retries = 0;
    while (budget.spend()) retries += 1;
    expect(retries).toBe(100);
    const quiet = new RetryBudget();
    expect(quiet.spend()).toBe(true);
  });
});
