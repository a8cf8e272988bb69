import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatcher } from "./batcher";

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("createBatcher", () => {
  it("answers each call with its own output, in groups no larger and no more at once than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        async (inputs, maxSize, maxParallel) => {
          let running = 0;
          const seen: number[] = [];
          const call = createBatcher<number, string>(
            async (batch) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(maxParallel);
              expect(batch.length).toBeLessThanOrEqual(maxSize);
              seen.push(...batch);
              await tick();
              running -= 1;
              return batch.map((value) => `=${value}`);
            },
            { maxSize, maxParallel },
          );
          const outputs = await Promise.all(inputs.map((input) => call(input)));
          expect(outputs).toEqual(inputs.map((input) => `=${input}`));
          expect(seen).toEqual(inputs);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("sends one call alone at once, and what comes meanwhile together", async () => {
    const groups: number[] = [];
    const call = createBatcher<number, number>(
      async (batch) => {
        groups.push(batch.length);
        await tick();
        await tick();
        return batch;
      },
      { maxSize: 100, maxParallel: 1 },
    );
    const first = call(0);
    await tick();
    await Promise.all([first, ...Array.from({ length: 20 }, (_, index) => call(index))]);
    expect(groups).toEqual([1, 20]);
  });

  it("fails only the input that is refused when told to isolate it", async () => {
    const call = createBatcher<number, number>(
      async (batch) => {
        if (batch.includes(13)) throw new Error("13");
        return batch;
      },
      { maxSize: 100, maxParallel: 2, isolate: () => true },
    );
    const results = await Promise.allSettled([11, 12, 13, 14].map((input) => call(input)));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  });

  it("fails all of a group when the whole statement failed, and goes on with the next", async () => {
    let isDown = true;
    let runs = 0;
    const call = createBatcher<number, number>(
      async (batch) => {
        runs += 1;
        if (isDown) throw new Error("down");
        return batch;
      },
      { maxSize: 100, maxParallel: 1, isolate: () => false },
    );
    const results = await Promise.allSettled([1, 2, 3].map((input) => call(input)));
    expect(results.every((result) => result.status === "rejected")).toBe(true);
    expect(runs).toBe(1);
    isDown = false;
    expect(await call(4)).toBe(4);
  });
});
