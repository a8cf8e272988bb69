import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "switchyard-sandbox-";

/** Folders of sandboxes that were killed: their process is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Bytes that clients sent (input images, uploads, S3 objects). On disk, because thousands of waiting jobs may each
 * hold ten megabytes; the folder is the sandbox's own and goes with it. Small ones stay in memory.
 */
export class BlobStore {
  private readonly small = new Map<string, Buffer>();
  private readonly uses = new Map<string, number>();
  private readonly writes = new Map<string, Promise<void>>();

  private constructor(private readonly folder: string) {}

  static async open(): Promise<BlobStore> {
    await removeLeftovers();
    return new BlobStore(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  }

  /** Keeps the bytes until `release` was called as often as `put`. The same bytes are kept once. */
  async put(bytes: Buffer): Promise<string> {
    const id = createHash("sha256").update(bytes).digest("hex");
    this.uses.set(id, (this.uses.get(id) ?? 0) + 1);
    if (bytes.length <= 16_384) {
      this.small.set(id, bytes);
      return id;
    }
    const running = this.writes.get(id) ?? writeFile(join(this.folder, id), bytes);
    this.writes.set(id, running);
    await running;
    return id;
  }

  get(id: string): Buffer {
    return this.small.get(id) ?? readFileSync(join(this.folder, id));
  }

  release(id: string): void {
    const left = (this.uses.get(id) ?? 1) - 1;
    if (left > 0) {
      this.uses.set(id, left);
      return;
    }
    this.uses.delete(id);
    this.writes.delete(id);
    if (!this.small.delete(id)) rmSync(join(this.folder, id), { force: true });
  }

  async close(): Promise<void> {
    this.small.clear();
    await Promise.allSettled(this.writes.values());
    await rm(this.folder, { recursive: true, force: true });
  }
}
