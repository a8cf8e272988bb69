import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { projectRoot } from "@/db/project-root";

const ENSURE = "import('./server/bootstrap/build.mjs').then(({ ensureBundled }) => ensureBundled())";

let ensured: Promise<string> | null = null;

/**
 * The folder with the product's own bundles, made first where sources have changed. A process that starts from its
 * bundle is there in a third of the time that it takes from its sources, and it is what people run.
 */
export function bundles(): Promise<string> {
  const root = projectRoot();
  ensured ??= promisify(execFile)(process.execPath, ["-e", ENSURE], { cwd: root }).then(() => join(root, ".build"));
  return ensured;
}

let worker: Promise<string> | null = null;

/** The test's own worker program as a bundle, beside the product's: what it starts lies next to it. */
export function workerProgram(): Promise<string> {
  worker ??= bundleWorker();
  return worker;
}

async function bundleWorker(): Promise<string> {
  const outfile = join(await bundles(), `worker-process-${process.pid}.js`);
  await build({
    absWorkingDir: projectRoot(),
    entryPoints: ["server/engine/testing/worker-process.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "silent",
  });
  process.once("exit", () => rmSync(outfile, { force: true }));
  return outfile;
}
