import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ENTRIES } from "./entries.mjs";
import { fingerprint, isFresh, writeStamp } from "./freshness.mjs";
import { BUILD, ROOT } from "./paths.mjs";
import { StepError } from "./step.mjs";

/** Chunks lie beside the entries: code that looks for files next to itself finds them from both. */
const CHUNK = "cli-part-";
const SOURCES = ["server", "db", "package.json", "tsconfig.json"];

export function isBundled() {
  return isFresh("node", SOURCES) && Object.keys(ENTRIES).every((name) => existsSync(join(BUILD, `${name}.js`)));
}

/** Bundles every entry into one file of its own. Packages stay in node_modules. */
export async function bundle() {
  const stamp = fingerprint(SOURCES);
  const unfinished = join(BUILD, `unfinished-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await runEsbuild(unfinished);
    // Moved into place one by one, what others import first: a process that starts meanwhile finds the old file or the
    // new one, never half.
    const isEntry = (file) => Object.hasOwn(ENTRIES, file.replace(/\.js(\.map)?$/, ""));
    const files = readdirSync(unfinished).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)) || (a < b ? 1 : -1));
    for (const file of files) renameSync(join(unfinished, file), join(BUILD, file));
    removeOldChunks(files);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  writeStamp("node", stamp);
}

/** A command that runs while we build may still load its chunks, so they stay for a day. */
function removeOldChunks(current) {
  for (const file of readdirSync(BUILD).filter((name) => name.startsWith(CHUNK) && !current.includes(name))) {
    const { mtimeMs } = statSync(join(BUILD, file));
    if (Date.now() - mtimeMs > 24 * 3_600_000) rmSync(join(BUILD, file), { force: true });
  }
}

async function runEsbuild(outdir) {
  const esbuild = await import("esbuild");
  const { cli, ...programs } = ENTRIES;
  const options = {
    absWorkingDir: ROOT,
    outdir,
    bundle: true,
    platform: "node",
    target: "node20.20",
    format: "esm",
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "silent",
  };
  try {
    await Promise.all([
      esbuild.build({ ...options, entryPoints: programs }),
      // In parts: a command loads what it needs and not what all commands together need.
      esbuild.build({ ...options, entryPoints: { cli }, splitting: true, chunkNames: `${CHUNK}[hash]` }),
    ]);
  } catch (error) {
    const messages = await esbuild.formatMessages(error.errors ?? [], { kind: "error" });
    throw new StepError(messages.join("\n") || String(error));
  } finally {
    // Its service process would otherwise stay for as long as Switchyard runs.
    await esbuild.stop();
  }
}
