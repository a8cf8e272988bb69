import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { usageError } from "./exit-codes";

/** The name itself for one picture, `name-1.png` and so on for several. */
export function outNames(out: string, count: number): string[] {
  if (count === 1) return [out];
  const extension = extname(out);
  const stem = out.slice(0, out.length - extension.length);
  return Array.from({ length: count }, (_, index) => `${stem}-${index + 1}${extension}`);
}

/** Refuses before anything is spent: a folder that is missing or closed, a file that is there already. */
export async function checkOutFiles(paths: string[], force: boolean): Promise<void> {
  for (const path of paths) {
    const there = await stat(path).catch(() => null);
    if (there?.isDirectory()) throw usageError("--out", `must be a file; ${path} is a folder`);
    if (there !== null && !force) throw usageError("--out", `would overwrite ${path}; --force allows it`);
    await access(dirname(path), constants.W_OK).catch(() => {
      throw usageError("--out", `must be in a folder that can be written; ${dirname(path)} is not`);
    });
  }
}

/** Throws when the file has appeared meanwhile, unless `force`. */
export async function writeOut(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: force ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw usageError("--out", `would overwrite ${path}, which has appeared meanwhile; --force allows it`);
    throw error;
  }
}
