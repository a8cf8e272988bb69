import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { runQuietly } from "./run-quietly.mjs";
import { step } from "./step.mjs";

const LOCK = join(ROOT, "package-lock.json");
const MARKER = join(ROOT, "node_modules", ".switchyard-lock");
/** Written by npm at the end of every install: what really is in node_modules. */
const INSTALLED = join(ROOT, "node_modules", ".package-lock.json");

/** Installs packages when there are none, or others than package-lock.json names. */
export async function ensureInstalled() {
  const wanted = lockHash();
  if (readOrNull(MARKER) === wanted) return;
  if (!installedMatchesLock()) await step(1, "installing packages", installPackages);
  writeFileSync(MARKER, wanted);
}

function lockHash() {
  // The system is part of it: a checkout may be shared between a machine and a container on it.
  return createHash("sha256").update(`${process.platform}-${process.arch}\n`).update(readFileSync(LOCK)).digest("hex");
}

/** True after an `npm install` by hand, which leaves no marker of ours: then there is nothing to do. */
function installedMatchesLock() {
  const text = readOrNull(INSTALLED);
  if (text === null) return false;
  const installed = JSON.parse(text).packages;
  const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
  return (
    Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === "" || (optional && installed[path] === undefined) || installed[path]?.version === version,
    ) && existsSync(join(ROOT, "node_modules", "esbuild"))
  );
}

async function installPackages() {
  // Building needs the packages for development as well, whatever NODE_ENV says.
  const args = ["ci", "--no-audit", "--no-fund", "--include=dev", "--include=optional", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith(".js")) await runQuietly(process.execPath, [npm, ...args]);
  else await runQuietly("npm", args);
}

function readOrNull(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
