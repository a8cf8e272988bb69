import { execFileSync, spawnSync } from "node:child_process";

/** The account that the database runs under. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

const CANDIDATES = ["postgres", "_postgres", "nobody"];
const CREATED = "switchyard";

/**
 * PostgreSQL refuses to run as root, so root lends it an unprivileged account: that of the existing files, else one
 * that the system has, else a new one. Null for everybody else: the database then runs as ourselves.
 */
export function databaseAccount(ownerOfCluster: { uid: number; gid: number } | null): Account | null {
  if (process.getuid?.() !== 0) return null;
  // Data stays with its owner even when a likelier account has appeared since.
  if (ownerOfCluster !== null && ownerOfCluster.uid !== 0) return { name: `#${ownerOfCluster.uid}`, ...ownerOfCluster };
  for (const name of [...CANDIDATES, CREATED]) {
    const account = lookUp(name);
    if (account !== null) return account;
  }
  return createAccount();
}

function lookUp(name: string): Account | null {
  const uid = idOf("-u", name);
  const gid = idOf("-g", name);
  return uid === null || gid === null || uid === 0 ? null : { name, uid, gid };
}

function idOf(flag: "-u" | "-g", name: string): number | null {
  try {
    const text = execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

function createAccount(): Account {
  spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", CREATED]);
  const account = lookUp(CREATED);
  if (account === null) {
    throw new Error(
      "PostgreSQL does not run as root, no account named postgres or nobody exists and useradd could not make one; " +
        "start Switchyard as an ordinary user, or set DATABASE_URL",
    );
  }
  return account;
}

/** Whether the account may walk down to the directory. Asked of the system itself: mode bits are not the whole story. */
export function canReach(account: Account, directory: string): boolean {
  const { uid, gid } = account;
  return spawnSync("/bin/sh", ["-c", 'cd "$0"', directory], { uid, gid, cwd: "/", stdio: "ignore" }).status === 0;
}
