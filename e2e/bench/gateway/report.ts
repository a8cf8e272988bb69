import type { Submissions } from "./read-submissions";
import type { LoadAnswer } from "./run-load";

type Figures = Omit<LoadAnswer, "ids" | "measuredFromMs">;

export interface Level {
  concurrent: number;
  direct: Figures;
  /** Null when it could not be had. */
  portkey: (Figures & { cpuMs: number | null }) | null;
  ours: Figures & {
    submissions: Submissions;
    /** Paid calls that the upstream itself counted during the level. */
    upstreamCalls: number;
    /** Processor milliseconds a committed request, until the last of the level was submitted; null: not known. */
    cpuMs: Record<"gateway" | "worker" | "database", number | null>;
  };
}

export interface Report {
  machine: { cores: number; cpu: string; node: string; loadBefore: number[] };
  portkeyVersion: string | null;
  seconds: number;
  levels: Level[];
}

/** What is wrong with the run, one line each; speed never is. */
export function faultsOf({ levels }: Report): string[] {
  return levels.flatMap(({ concurrent, direct, portkey, ours }) => {
    const faults: string[] = [];
    const { committed, submitted, lost } = ours.submissions;
    for (const [name, side] of Object.entries({ direct, portkey, ours })) {
      if (side && side.failed > 0)
        faults.push(
          `${side.failed} requests failed (${name}; answers ${JSON.stringify(side.statuses)}, first ${side.firstRefusal ?? "without a body"})`,
        );
      if (side?.answered === 0) faults.push(`nothing was answered (${name})`);
    }
    if (lost > 0) faults.push(`${lost} accepted requests were never submitted`);
    if (submitted < committed) faults.push(`${committed - submitted} committed rows were never submitted`);
    if (ours.upstreamCalls !== submitted)
      faults.push(`the upstream counted ${ours.upstreamCalls} paid calls, the database ${submitted}`);
    return faults.map((fault) => `at ${concurrent} concurrent: ${fault}`);
  });
}

export function formatReport(report: Report): string {
  const { machine, levels, portkeyVersion, seconds } = report;
  const lines = [
    `${machine.cores} cores (${machine.cpu}), Node ${machine.node}, load average before ${machine.loadBefore.map((load) => load.toFixed(2)).join(" ")}`,
    `${seconds} s a level and target after warm-up; Portkey's gateway ${portkeyVersion ?? "not measured"}`,
    "ours: one process ROLE=gateway and one ROLE=worker on an embedded PostgreSQL; upstream, callers and all share the cores",
    "",
    row(["concurrent", "target", "requests/s", "p50 ms", "p99 ms", "max ms", "of direct's p99"]),
  ];
  for (const { concurrent, direct, portkey, ours } of levels) {
    const sides: [string, Figures | null][] = [
      ["direct", direct],
      ["portkey", portkey],
      ["ours", ours],
    ];
    for (const [name, side] of sides)
      if (side)
        lines.push(
          row([
            String(concurrent),
            name,
            side.perSecond.toFixed(0),
            side.p50Ms.toFixed(1),
            side.p99Ms.toFixed(1),
            side.maxMs.toFixed(1),
            `${(side.p99Ms / direct.p99Ms).toFixed(2)} x`,
          ]),
        );
  }
  lines.push("", row(["concurrent", "committed", "submitted", "lost", "submits/s", "accepted to submitted"]));
  for (const { concurrent, ours } of levels) {
    const { committed, submitted, lost, perSecond, p50Ms, p99Ms } = ours.submissions;
    const took = `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`;
    lines.push(row([concurrent, committed, submitted, lost, perSecond.toFixed(0), took].map(String)));
  }
  lines.push("", "processor ms a request (ours: until submitted)");
  for (const { concurrent, portkey, ours } of levels) {
    const parts: [string, number | null][] = [...Object.entries(ours.cpuMs), ["Portkey", portkey?.cpuMs ?? null]];
    const cells = parts.map(([name, ms]) => `${name} ${ms === null ? "not known" : ms.toFixed(2)}`);
    lines.push(row([String(concurrent), cells.join(", ")]));
  }
  lines.push("", ...targets(levels));
  return `${lines.join("\n")}\n`;
}

function targets(levels: Level[]): string[] {
  const lines: string[] = [];
  const line = (what: string, value: number, word: "at least" | "at most", wanted: number) => {
    const met = word === "at least" ? value >= wanted : value <= wanted;
    lines.push(`${what}: ${value.toFixed(2)} x (wanted: ${word} ${wanted} x${met ? "" : "; missed"})`);
  };
  const at256 = levels.find((level) => level.concurrent === 256);
  if (at256?.portkey) {
    line("256 concurrent, throughput, ours / Portkey", at256.ours.perSecond / at256.portkey.perSecond, "at least", 5);
    line("256 concurrent, p99, ours / Portkey", at256.ours.p99Ms / at256.portkey.p99Ms, "at most", 0.2);
  }
  const at32 = levels.find((level) => level.concurrent === 32);
  if (at32) line("32 concurrent, p99, ours / direct", at32.ours.p99Ms / at32.direct.p99Ms, "at most", 1.5);
  return lines;
}

function row(cells: string[]): string {
  return cells.map((cell) => cell.padStart(12)).join("  ");
}
