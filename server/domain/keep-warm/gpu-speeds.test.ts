import { expect, it } from "vitest";
import { gpuSpeed, type TimedJob } from "./gpu-speeds";

const jobs = (n: number, operation: string, gpuType: string | null, executionMs: number | null): TimedJob[] =>
  Array.from({ length: n }, () => ({ operation, gpuType, executionMs }));
const [here, there] = [new Set(["4090"]), new Set(["L4", "A5000"])];

it("compares within an operation, weighed by what is made here", () => {
  // A third slower at text, twice as slow at pictures; there it mostly had the long ones, which must not count.
  const measured = [
    ...jobs(300, "txt2img", "4090", 3_000),
    ...jobs(100, "img2img", "4090", 6_000),
    ...jobs(30, "txt2img", "L4", 4_000),
    ...jobs(30, "txt2img", "A5000", 4_000),
    ...jobs(900, "img2img", "L4", 12_000),
  ];
  const expected = (300 * 4_000 + 100 * 12_000) / (300 * 3_000 + 100 * 6_000);
  expect(gpuSpeed(measured, here, there)).toEqual({ factor: expected, n: 960 });
});

it.each<[string, TimedJob[]]>([
  ["nothing", []],
  ["too few there", [...jobs(300, "txt2img", "4090", 3_000), ...jobs(49, "txt2img", "L4", 4_000)]],
  ["no operation in common", [...jobs(300, "txt2img", "4090", 3_000), ...jobs(300, "img2img", "L4", 4_000)]],
  ["workers that no look found", [...jobs(300, "txt2img", "4090", 3_000), ...jobs(300, "txt2img", null, 4_000)]],
])("says nothing by %s", (_name, measured) => {
  expect(gpuSpeed(measured, here, there)).toBeNull();
});
