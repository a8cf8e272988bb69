import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Account, canReach, databaseAccount } from "./account";

/** The folder that holds one database and everything we remember about it. */
export interface Home {
  directory: string;
  account: Account | null;
  /** PostgreSQL's own files. */
  cluster: string;
  lockFile: string;
  usersDirectory: string;
  passwordFile: string;
  portFile: string;
  logFile: string;
  /** Where a copy of the programs may go that the account can run. */
  binariesCopy: string;
}

const SYSTEM_PLACE = "/var/lib/switchyard";

/**
 * Where the database of a data folder lives: `<dataDir>/postgres`, except when we are root and the account that must
 * run it can't get there. Then it is a folder under /var/lib/switchyard, and `<dataDir>/postgres/location` says which.
 */
export function findHome(dataDir: string, log: (line: string) => void): Home {
  const usual = join(resolve(dataDir), "postgres");
  const locationFile = join(usual, "location");
  mkdirSync(usual, { recursive: true });
  if (existsSync(locationFile)) {
    const directory = readFileSync(locationFile, "utf8").trim();
    mkdirSync(directory, { recursive: true });
    return homeIn(directory);
  }
  const home = homeIn(usual);
  if (home.account === null || canReach(home.account, usual)) return home;

  const suffix = createHash("sha256").update(usual).update(randomBytes(8)).digest("hex").slice(0, 12);
  const directory = join(SYSTEM_PLACE, `${basename(dirname(dirname(usual)))}-${suffix}`);
  log(`the account ${home.account.name}, which runs the database, can't enter ${usual}; its data is in ${directory}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(locationFile, `${directory}\n`);
  return homeIn(directory);
}

function homeIn(directory: string): Home {
  const cluster = join(directory, "cluster");
  const account = databaseAccount(ownerOf(cluster));
  // The account passes through to its own folder and can list nothing on the way.
  if (account !== null) chmodSync(directory, 0o711);
  return {
    directory,
    account,
    cluster,
    lockFile: join(directory, "lock"),
    usersDirectory: join(directory, "users"),
    passwordFile: join(directory, "password"),
    portFile: join(directory, "port"),
    logFile: join(directory, "postgres.log"),
    binariesCopy: account === null ? directory : SYSTEM_PLACE,
  };
}

function ownerOf(path: string): { uid: number; gid: number } | null {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  } catch {
    return null;
  }
}
