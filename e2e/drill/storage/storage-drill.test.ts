import { expect, it } from "vitest";
import { formatStorageDrill, isSafe } from "./report";
import { runStorageDrill } from "./run-storage-drill";

// A whole run with real processes, small enough for every test run; `npm run drill:storage` is the large one.
it("loses nothing in an outage of R2, though processes are killed and one comes back only after it", async () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const faults = ["unavailable", "forbidden"] as const;
  const figures = await runStorageDrill({ minutes: 2, clockFactor: 60, clients: 4, kills: 2, faults, say });
  expect(isSafe(figures), `${lines.join("\n")}\n${formatStorageDrill(figures)}`).toBe(true);
  expect(figures.kills).toBe(2);
  expect(figures.spooled.length).toBeGreaterThan(0);
}, 400_000);
