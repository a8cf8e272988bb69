import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BUILD } from "./paths.mjs";

const LOCK = join(BUILD, "lock");
/** No build takes this long: whatever has the number in the lock by now is not building. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/** Runs the work while no other process of this checkout builds; `npm start` and the CLI may come at once. */
export async function whileBuildingAlone(work) {
  mkdirSync(BUILD, { recursive: true });
  while (!take()) {
    if (isAbandoned()) rmSync(LOCK, { force: true });
    else await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isAbandoned() {
  let pid;
  let ageMs;
  try {
    pid = Number(readFileSync(LOCK, "utf8"));
    ageMs = Date.now() - statSync(LOCK).mtimeMs;
  } catch {
    return false; // gone meanwhile
  }
  if (ageMs > FORGOTTEN_AFTER_MS) return true;
  // An empty file is one that is being written, or whose writer died just then.
  if (pid === 0) return ageMs > 5_000;
  try {
    process.kill(pid, 0);
    return pid === process.pid;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
