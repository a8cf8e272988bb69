import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, statfs, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { sha256Of } from "./object-key";
import { StorageProblem } from "./storage-problem";

export interface DiskStore {
  /**
   * Writes durably under the key and reads back. When it resolves, the bytes survive a crash of process and machine.
   * Harmless to repeat; a damaged file is replaced, a good one counts as new again. Throws StorageProblem `disk_full`, `disk_failed`, `wrong_bytes`.
   */
  write(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
  /** Throws StorageProblem `missing`, `wrong_bytes` (the file was changed after it was stored), `disk_failed`. */
  read(key: string, sha256: string): Promise<Uint8Array>;
  /** Null: there is no such file. */
  find(key: string): Promise<DiskFile | null>;
  /** True when the file is there and its bytes have this hash; they are not kept. */
  holds(key: string, sha256: string): Promise<boolean>;
  /** Harmless when it is gone already. */
  remove(key: string): Promise<void>;
  /**
   * Removes the file unless it was written, or asked for again, since `beforeMs`, by whichever process; also while that
   * happens. True: it is gone.
   */
  removeOlder(key: string, beforeMs: number): Promise<boolean>;
  /** All files with the names of objects, folder by folder. */
  list(): AsyncIterable<(DiskFile & { key: string })[]>;
  /** What may still be written before the disk counts as full. */
  freeBytes(): Promise<number>;
  /** Removes what writers that died left behind. Runs by itself before the first write. */
  sweep(): Promise<number>;
}

export interface DiskFile {
  path: string;
  sizeBytes: number;
  modifiedAtMs: number;
}

export interface DiskStoreOptions {
  /** Keys are paths below this directory. */
  directory: string;
  now?: () => number;
  /** Below this much free space nothing is written: the database lives on the same disk and must never meet its end. */
  minFreeBytes?: number;
}

const TEMP = "tmp";
/** Out of its place while it is decided whether it goes: `<name>.<uuid>.taken`. */
const TAKEN = /^([0-9a-f]{64}\.[a-z]{3,4})\.[0-9a-f-]{36}\.taken$/;
/** Older than any write can take. Other instances may be writing in the same directory, so younger ones stay. */
const ABANDONED_AFTER_MS = 15 * 60_000;

export function createDiskStore(options: DiskStoreOptions): DiskStore {
  const { directory, now = Date.now, minFreeBytes = 64 * 1024 * 1024 } = options;
  const tempDirectory = join(directory, "objects", TEMP);
  /** Directories whose entry in their parent is known to be on the disk. */
  const durable = new Set<string>();
  let swept: Promise<number> | undefined;

  async function ensureDirectory(path: string): Promise<void> {
    if (durable.has(path)) return;
    const first = await mkdir(path, { recursive: true });
    // Each new directory is an entry in its parent, lost in a power cut unless the parent is synced as well.
    for (let at = path; first !== undefined && at.startsWith(first); at = dirname(at)) await syncDirectory(dirname(at));
    durable.add(path);
  }

  async function freeBytes(): Promise<number> {
    await mkdir(directory, { recursive: true });
    const { bavail, bsize } = await statfs(directory);
    return Math.max(0, bavail * bsize - minFreeBytes);
  }

  async function find(key: string): Promise<DiskFile | null> {
    const path = join(directory, key);
    const found = await stat(path).catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return null;
      throw diskFailed(error);
    });
    return found && { path, sizeBytes: found.size, modifiedAtMs: found.mtimeMs };
  }

  async function put(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(directory, key);
    await ensureDirectory(dirname(path));
    await ensureDirectory(tempDirectory);
    if ((await freeBytes()) < bytes.byteLength) throw diskFull();
    const temp = join(tempDirectory, `${randomUUID()}.part`);
    try {
      const file = await open(temp, "wx", 0o640);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temp, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }

  async function read(key: string, sha256: string): Promise<Uint8Array> {
    const bytes = await readFile(join(directory, key)).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") throw new StorageProblem("missing", `no stored file ${key}`);
      throw diskFailed(error);
    });
    if (sha256Of(bytes) !== sha256)
      throw new StorageProblem("wrong_bytes", `the stored file ${key} is not what was stored`);
    return bytes;
  }

  async function isStored(key: string, sha256: string): Promise<boolean> {
    return read(key, sha256).then(
      () => true,
      (error: unknown) => {
        if (StorageProblem.is(error) && error.fault !== "disk_failed") return false;
        throw error;
      },
    );
  }

  async function sweep(): Promise<number> {
    const names = await readdir(tempDirectory).catch(() => []);
    let removed = 0;
    for (const name of names) {
      const path = join(tempDirectory, name);
      const [, taken] = TAKEN.exec(name) ?? [];
      if (taken) {
        // Whoever took it out may have died before it was decided, and the next look can take it out again.
        await putBack(path, join(directory, "objects", taken.slice(0, 2), taken.slice(2, 4), taken));
        continue;
      }
      const found = await stat(path).catch(() => null);
      if (!found || now() - found.mtimeMs < ABANDONED_AFTER_MS) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  /** Where another file stands by now, it has the same bytes. */
  async function putBack(taken: string, path: string): Promise<void> {
    await link(taken, path).catch((error: unknown) => {
      if (!["EEXIST", "ENOENT"].includes(codeOf(error))) throw diskFailed(error);
    });
    await rm(taken, { force: true });
  }

  /**
   * Out of its place first, then looked at: a writer that found it there has made it new before, and one that comes
   * later finds nothing and writes it again.
   */
  async function removeOlder(key: string, beforeMs: number): Promise<boolean> {
    const path = join(directory, key);
    const file = await find(key);
    if (file === null || file.modifiedAtMs >= beforeMs) return false;
    await ensureDirectory(tempDirectory);
    const taken = join(tempDirectory, `${basename(key)}.${randomUUID()}.taken`);
    try {
      await rename(path, taken);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw diskFailed(error);
    }
    const found = await stat(taken).catch(() => null);
    if (found && found.mtimeMs >= beforeMs) {
      await putBack(taken, path);
      return false;
    }
    await rm(taken, { force: true });
    return true;
  }

  return {
    async write(key, bytes, sha256) {
      try {
        swept ??= sweep();
        await swept;
        // Whoever takes old files away must not take one that was just asked for again.
        await utimes(join(directory, key), new Date(now()), new Date(now())).catch(() => undefined);
        if (await isStored(key, sha256)) return;
        // Twice: another instance may move the same object on to R2 between our write and our look at it.
        for (let tries = 0; tries < 2; tries += 1) {
          await put(key, bytes);
          if (await isStored(key, sha256)) return;
        }
      } catch (error) {
        if (StorageProblem.is(error)) throw error;
        if (["ENOSPC", "EDQUOT"].includes(codeOf(error))) throw diskFull(error);
        throw diskFailed(error);
      }
      throw new StorageProblem("wrong_bytes", `the disk gives back other bytes than were written to ${key}`);
    },
    read,
    find,
    async holds(key, sha256) {
      const hash = createHash("sha256");
      try {
        for await (const chunk of createReadStream(join(directory, key))) hash.update(chunk);
      } catch (error) {
        if (codeOf(error) === "ENOENT") return false;
        throw diskFailed(error);
      }
      return hash.digest("hex") === sha256;
    },
    async *list() {
      const root = join(directory, "objects");
      for (const first of await namesIn(root)) {
        if (first === TEMP) continue;
        for (const second of await namesIn(join(root, first))) {
          const keys = (await namesIn(join(root, first, second))).map((name) => `objects/${first}/${second}/${name}`);
          const files = await Promise.all(keys.map(async (key) => ({ key, file: await find(key) })));
          yield files.flatMap(({ key, file }) => (file ? [{ key, ...file }] : []));
        }
      }
    },
    freeBytes,
    async remove(key) {
      await rm(join(directory, key), { force: true });
    },
    removeOlder,
    sweep,
  };
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw diskFailed(error);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
function diskFull(cause?: unknown): StorageProblem {
  return new StorageProblem("disk_full", "the disk of the data directory is full", { cause });
}
function diskFailed(cause: unknown): StorageProblem {
  return new StorageProblem("disk_failed", `the data directory cannot be used (${codeOf(cause) || "unknown"})`, {
    cause,
  });
}
