import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./program";

/** Bundles the Node programs when their sources are newer. */
export async function ensureBundles(): Promise<void> {
  const build = pathToFileURL(join(ROOT, "server", "bootstrap", "build.mjs")).href;
  const code = `import { ensureBundled } from ${JSON.stringify(build)}; await ensureBundled();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`the programs could not be built:\n${stderr}`);
}
