/**
 * Named places at every commit and I/O boundary of the engine, where a test may kill, stall or fail the process.
 * Driven by `SWITCHYARD_DEBUG_POINT=name:action[:nth]` and only together with `SWITCHYARD_CHAOS=1`; otherwise each is
 * one comparison. The idea is DBOS's (dbos-transact-ts, src/debugpoint.ts).
 */
export const DEBUG_POINTS = [
  "accept.before",
  "accept.committed",
  "claim.before",
  "claim.locked",
  "claim.decided",
  "intent.before_commit",
  "intent.committed",
  "submit.before_call",
  "submit.sent",
  "submit.refused",
  "submit.ambiguous",
  "submit.before_record",
  "submit.recorded",
  "recover.before_find",
  "recover.found",
  "recover.adopted",
  "recover.given_up",
  "poll.claimed",
  "poll.before_call",
  "poll.answered",
  "poll.before_record",
  "poll.recorded",
  "collect.before_mark",
  "collect.marked",
  "collect.before_download",
  "collect.downloaded",
  "collect.gated",
  "collect.stored",
  "settle.before",
  "settle.before_commit",
  "settle.committed",
  "retry.before_commit",
  "retry.committed",
  "cancel.requested",
  "cancel.before_call",
  "cancel.called",
  "hint.received",
  "hint.recorded",
  "orphan.before_cancel",
  "orphan.settled",
  "rollup.before",
  "rollup.before_commit",
  "rollup.committed",
  "checklist.share_up",
  "checklist.rolled_back",
  "checklist.before_restore",
  "drain.copied",
  "drain.marked",
  "lease.renewed",
  "stop.releasing",
] as const;
export type DebugPoint = (typeof DEBUG_POINTS)[number];

interface Plan {
  name: string;
  action: "kill" | "stall" | "throw" | "delay";
  nth: number;
}

function readPlan(): Plan | null {
  if (process.env.SWITCHYARD_CHAOS !== "1") return null;
  const [name, action, nth] = (process.env.SWITCHYARD_DEBUG_POINT ?? "").split(":");
  if (!name || !(DEBUG_POINTS as readonly string[]).includes(name)) return null;
  if (action !== "kill" && action !== "stall" && action !== "throw" && action !== "delay") return null;
  return { name, action, nth: Number(nth ?? "1") || 1 };
}

const plan = readPlan();
let passes = 0;

/** Awaited where the product crosses a boundary; does nothing unless this very point is armed. */
export async function debugPoint(name: DebugPoint): Promise<void> {
  if (plan === null || plan.name !== name) return;
  passes += 1;
  if (passes !== plan.nth) return;
  if (plan.action === "kill") process.kill(process.pid, "SIGKILL");
  if (plan.action === "throw") throw new Error(`debug point ${name}`);
  // A stall never ends: the lease runs out under a living process. A delay outlasts the lease and then goes on.
  if (plan.action === "stall") await new Promise(() => undefined);
  if (plan.action === "delay" || plan.action === "kill") await new Promise((resolve) => setTimeout(resolve, 12_000));
}

/** Bugs that the chaos checker must find; it proves its teeth on them. Never on outside `SWITCHYARD_CHAOS=1`. */
export function hasPlantedBug(name: "intent_after_send" | "no_fence"): boolean {
  return process.env.SWITCHYARD_CHAOS === "1" && process.env.SWITCHYARD_PLANTED_BUG === name;
}
