import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of /proc/PID/stat in a second: fixed at 100 for what user space sees (man 5 proc). */
const TICKS_PER_S = 100;

interface Stat {
  parent: number;
  ticks: number;
}

/** Processor seconds that these processes and their children have used so far; null where there is no /proc. */
export function processorSeconds(roots: readonly number[]): number | null {
  const stats = new Map<number, Stat>();
  try {
    for (const name of readdirSync("/proc")) if (/^\d+$/.test(name)) addStat(stats, Number(name));
  } catch {
    return null;
  }
  if (stats.size === 0) return null;
  let ticks = 0;
  for (const [pid, stat] of stats) {
    let at: number | undefined = pid;
    while (at !== undefined && !roots.includes(at)) at = stats.get(at)?.parent;
    if (at !== undefined) ticks += stat.ticks;
  }
  return ticks / TICKS_PER_S;
}

/** The process that this one's parent is; null when it is not known. */
export function parentOf(pid: number): number | null {
  const stats = new Map<number, Stat>();
  addStat(stats, pid);
  return stats.get(pid)?.parent ?? null;
}

function addStat(stats: Map<number, Stat>, pid: number): void {
  try {
    // The command's name, in parentheses, may hold spaces and parentheses; fields count from after it.
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(") ") + 2).split(" ");
    // Own time and that of children that have ended: user and system each.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    stats.set(pid, { parent: Number(fields[1]), ticks });
  } catch {
    // It ended between the listing and the reading.
  }
}
