import { expect, it } from "vitest";
import type { RunpodManagement } from "./api";
import { inOurTime } from "./in-our-time";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const startedAtMs = Date.UTC(2026, 10, 20, 12, 30);
const signal = new AbortController().signal;

/** A bill of one micro more for each hour of the sandbox's; it holds what began within the window, as RunPod's does. */
function sandboxBill() {
  const asked: { fromMs: number; toMs: number }[] = [];
  const billing: RunpodManagement["billing"] = async (window) => {
    asked.push(window);
    const records = [];
    for (let hour = 0; hour < 240; hour++) {
      const fromMs = Math.floor(startedAtMs / HOUR) * HOUR + hour * HOUR;
      const micros = { totalMicros: 1_000 + hour, gpuMicros: 1_000 + hour, cpuMicros: 0, diskMicros: 0, feeMicros: 0 };
      if (fromMs >= Math.floor(window.fromMs / HOUR) * HOUR && fromMs < window.toMs)
        records.push({ fromMs, toMs: fromMs + HOUR, ...micros });
    }
    return records;
  };
  return { asked, management: inOurTime({ billing } as RunpodManagement, { factor: 60, startedAtMs }) };
}

it("tells the bill of a sandbox that runs sixty times as fast in our hours, and loses no hour of its own", async () => {
  const { management } = sandboxBill();
  const noon = Date.UTC(2026, 10, 20, 12);
  const billed = await management.billing({ fromMs: noon, toMs: noon + 6 * HOUR }, { signal });
  // Half an hour of ours is thirty of its hours, each whole one sixty.
  expect(billed.map(({ fromMs }) => (fromMs - noon) / HOUR)).toEqual([0, 1, 2, 3, 4]);
  const total = Array.from({ length: 240 }, (_, hour) => 1_000 + hour).reduce((sum, micros) => sum + micros, 0);
  expect(billed.reduce((sum, { totalMicros }) => sum + totalMicros, 0)).toBe(total);
  expect(billed.every(({ fromMs, toMs }) => toMs - fromMs === HOUR)).toBe(true);
});

it("gives an hour the same sum however it is asked for, and each only once", async () => {
  const { management } = sandboxBill();
  const one = Date.UTC(2026, 10, 20, 13);
  const alone = await management.billing({ fromMs: one, toMs: one + HOUR }, { signal });
  const among = await management.billing({ fromMs: one - HOUR, toMs: one + 2 * HOUR }, { signal });
  expect(alone).toEqual(among.filter(({ fromMs }) => fromMs === one));
  expect(alone).toHaveLength(1);
});

it("asks for nothing from before the sandbox began", async () => {
  const { asked, management } = sandboxBill();
  expect(
    await management.billing({ fromMs: startedAtMs - 5 * HOUR, toMs: startedAtMs - 4 * HOUR }, { signal }),
  ).toEqual([]);
  expect(asked).toEqual([]);
  await management.billing({ fromMs: startedAtMs - 30 * MINUTE, toMs: startedAtMs + HOUR }, { signal });
  expect(asked[0]?.fromMs).toBeGreaterThanOrEqual(startedAtMs - HOUR);
});
