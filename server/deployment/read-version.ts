import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@/db/project-root";

export interface ProductVersion {
  version: string;
  /** Its beginning; null where this is no checkout. */
  commit: string | null;
}

const GIT_WITHIN_MS = 5_000;

/** What runs here: the version of package.json, and the commit that is checked out. */
export async function readVersion(root: string = projectRoot()): Promise<ProductVersion> {
  const { version }: { version: string } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return { version, commit: await commitOf(root) };
}

async function commitOf(root: string): Promise<string | null> {
  try {
    const options = { cwd: root, timeout: GIT_WITHIN_MS };
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--short=10", "HEAD", "--show-prefix"], options);
    const [commit, prefix] = stdout.split("\n");
    // A folder within somebody else's repository has no commit of ours.
    return commit && !prefix ? commit : null;
  } catch {
    return null;
  }
}

export function versionWords({ version, commit }: ProductVersion): string {
  return commit === null ? version : `${version} (${commit})`;
}
