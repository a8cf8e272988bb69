import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "@/server/config";

const FILE = "secret";

/**
 * The secret that sessions and addresses are signed with: `SWITCHYARD_SECRET`, or one made at the first start and kept
 * under the data directory, readable by its owner only. Instances on several machines need the variable.
 */
export async function installationSecret(config: Pick<Config, "secret" | "dataDir">): Promise<Buffer> {
  if (config.secret) return Buffer.from(config.secret.reveal(), "utf8");
  const path = join(config.dataDir, FILE);
  const kept = await readSecret(path);
  if (kept) return kept;
  await mkdir(config.dataDir, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  // Of two first starts at once one link succeeds, whole; the other reads what the first has written.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  const secret = await readSecret(path);
  if (!secret) throw new Error(`${path} is empty: delete it, and everyone signs in again`);
  return secret;
}

async function readSecret(path: string): Promise<Buffer | null> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    return text.length >= 32 ? Buffer.from(text, "utf8") : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
