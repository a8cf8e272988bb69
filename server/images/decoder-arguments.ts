import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The decoding process's entry: `decode-worker.js` next to a bundle, the source next to this file elsewhere. */
export function decodeWorkerPath(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = join(here, "decode-worker.js");
  return existsSync(bundled) ? bundled : join(here, "decode-worker.ts");
}

/** What lets Node run a TypeScript entry; empty for JavaScript. */
export function loaderArguments(workerPath: string): string[] {
  if (!workerPath.endsWith(".ts")) return [];
  return ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href];
}

/**
 * Node's own fences for a decoding process: it may read the packages and its own folder, load native code, and
 * nothing else (no other file, above all not `/proc/<parent>/environ`, no write, no child, no thread). Empty where they
 * cannot hold: for a TypeScript entry (its loader starts a compiler) and in a Node without the permission model.
 */
export function fenceArguments(workerPath: string): string[] {
  if (workerPath.endsWith(".ts")) return [];
  const known = process.allowedNodeEnvironmentFlags;
  const permission = ["--permission", "--experimental-permission"].find((flag) => known.has(flag));
  if (!permission || !known.has("--allow-addons")) return [];
  const folders = [realpathSync(dirname(workerPath)), ...packageFolders(workerPath)];
  return [permission, "--allow-addons", ...folders.map((folder) => `--allow-fs-read=${folder}${sep}*`)];
}

/**
 * Where packages are read from: each `node_modules` that Node looks into from the entry, as it is called there, and the
 * real folder behind a link.
 */
function packageFolders(workerPath: string): string[] {
  const looked = createRequire(workerPath).resolve.paths("sharp") ?? [];
  const folders = looked.filter((folder) => existsSync(folder)).flatMap((folder) => [folder, realpathSync(folder)]);
  return [...new Set(folders)];
}
