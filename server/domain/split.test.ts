import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf, murmur3 } from "./split";

describe("murmur3", () => {
  // Known answers of MurmurHash3_x86_32.
  it.each([
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["test", 0, 0xba6bd213],
    ["test", 0x9747b28c, 0x704b81dc],
    ["Hello, world!", 0, 0xc0363e43],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
    ["aaaa", 0x9747b28c, 0x5a97808a],
    ["aaa", 0x9747b28c, 0x283e0130],
    ["aa", 0x9747b28c, 0x5d211726],
    ["a", 0x9747b28c, 0x7fa09ea6],
    ["ππππππππ", 0x9747b28c, 0xd58063c1],
  ])("%j with seed %i", (text, seed, expected) => {
    expect(murmur3(text, seed)).toBe(expected);
  });
});

describe("bucketOf", () => {
  it("is a whole number below the number of buckets, the same each time", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (salt, key) => {
        const bucket = bucketOf(salt, key);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true);
        expect(bucketOf(salt, key)).toBe(bucket);
      }),
    );
  });

  it("does not run salt and key together", () => {
    expect(bucketOf("ab", "c")).not.toBe(bucketOf("a", "bc"));
  });

  // Raising the share never moves a key away from the candidate.
  it("keeps every key on the candidate as the share grows", () => {
    const share = fc.integer({ min: 0, max: BUCKETS });
    fc.assert(
      fc.property(fc.string(), share, share, (key, left, right) => {
        const [small, large] = [Math.min(left, right), Math.max(left, right)];
        if (bucketOf("salt", key) < small) expect(bucketOf("salt", key)).toBeLessThan(large);
      }),
    );
  });

  it("spreads keys evenly: 100 bins of 200,000 keys pass a chi-squared test at one in a million", () => {
    const bins = new Array<number>(100).fill(0);
    const n = 200_000;
    for (let key = 0; key < n; key++) {
      const bin = Math.floor(bucketOf("rollout-1", `user-${key}`) / 100);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const expected = n / bins.length;
    const chiSquared = bins.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    // 99 degrees of freedom.
    expect(chiSquared).toBeLessThan(180.8);
  });

  it("deals the keys anew under another salt", () => {
    const both = Array.from({ length: 20_000 }, (_, key) => key).filter(
      (key) => bucketOf("one", `k${key}`) < 1_000 && bucketOf("two", `k${key}`) < 1_000,
    );
    // Independent shares of 10 % meet in 1 %: 200 ± 5 standard deviations.
    expect(both.length).toBeGreaterThan(130);
    expect(both.length).toBeLessThan(270);
  });
});
