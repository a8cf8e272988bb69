import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Binaries } from "./binaries";
import type { Home } from "./home";

/** The one role and the one database of the embedded server. */
export const DATABASE_USER = "switchyard";
export const DATABASE_NAME = "switchyard";

/**
 * Makes the database files when there are none, and says whether it did. An interrupted run leaves nothing that looks
 * finished: the files are made beside their place and moved there whole. Caller holds the home's lock.
 */
export async function ensureCluster(home: Home, binaries: Binaries, durable: boolean): Promise<boolean> {
  removeUnfinished(home);
  if (existsSync(join(home.cluster, "PG_VERSION"))) {
    refuseOtherVersion(home, binaries);
    return false;
  }
  const password = randomBytes(24).toString("base64url");
  const unfinished = join(home.directory, `cluster.init-${process.pid}`);
  const passwordForInit = join(home.directory, `password.init-${process.pid}`);
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordForInit, password, { mode: 0o600 });
  if (home.account !== null) {
    chownSync(unfinished, home.account.uid, home.account.gid);
    chownSync(passwordForInit, home.account.uid, home.account.gid);
  }
  try {
    await runInitdb(home, binaries, [
      `--pgdata=${unfinished}`,
      `--username=${DATABASE_USER}`,
      `--pwfile=${passwordForInit}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // PostgreSQL's own collation: the same order on every system, whatever locales are installed.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(durable ? [] : ["--no-sync"]),
    ]);
    writeFileSync(home.passwordFile, password, { mode: 0o600 });
    renameSync(unfinished, home.cluster);
  } finally {
    rmSync(passwordForInit, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
  return true;
}

function removeUnfinished(home: Home): void {
  for (const name of readdirSync(home.directory)) {
    if (/^(cluster|password)\.init-/.test(name)) rmSync(join(home.directory, name), { recursive: true, force: true });
  }
}

function refuseOtherVersion(home: Home, binaries: Binaries): void {
  const found = readFileSync(join(home.cluster, "PG_VERSION"), "utf8").trim();
  if (Number.parseInt(found, 10) === binaries.majorVersion) return;
  throw new Error(
    `the database files in ${home.cluster} are of PostgreSQL ${found}, the programs of ${binaries.majorVersion}; ` +
      "move the files away to start empty, or run the matching version by DATABASE_URL",
  );
}

function runInitdb(home: Home, binaries: Binaries, args: string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(binaries.initdb, args, {
      ...spawnIdentity(home),
      cwd: "/",
      env: databaseEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) done();
      else fail(new Error(`initdb failed with code ${code}: ${output.trim().slice(-2_000)}`));
    });
  });
}

export function spawnIdentity(home: Home): { uid?: number; gid?: number } {
  return home.account === null ? {} : { uid: home.account.uid, gid: home.account.gid };
}

/** Nothing of ours: the environment holds providers' secrets, and PG… variables would change what the programs do. */
export function databaseEnvironment(): NodeJS.ProcessEnv {
  // NODE_ENV means nothing to PostgreSQL; Next's types want it in every environment.
  return { NODE_ENV: process.env.NODE_ENV, PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}
