import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "disk-id";

/**
 * Names a data folder, so that a row can say whose disk holds a picture: instances on one folder share it, others have
 * their own. Made at the first start and kept in the folder.
 */
export async function diskIdOf(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE);
  const kept = await read(path);
  if (kept !== null) return kept;
  await mkdir(dataDir, { recursive: true });
  const own = randomUUID();
  const draft = `${path}.${own}`;
  await writeFile(draft, own, { flag: "wx" });
  // Of two first starts at once one link succeeds, whole; the other reads what the first has written.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  return (await read(path)) ?? own;
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
