import { hostname } from "node:os";

/** Whether an instance's process on this machine has ended: its heartbeat outlives it by some seconds. */
export function isGone(instanceId: string, host = hostname(), isRunning = runs): boolean {
  const match = /^(.*):(\d+):[0-9a-f]+$/.exec(instanceId);
  if (match === null || match[1] !== host) return false;
  return !isRunning(Number(match[2]));
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
