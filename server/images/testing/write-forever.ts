import { objectKeyOf } from "@/server/domain/object-key";
import { createDiskStore } from "../disk-store";
import { sha256Of } from "../object-key";

// Run as a process of its own and killed at any moment: says a hash once its object is promised to be stored.
const [directory, seed] = process.argv.slice(2);
if (!directory) throw new Error("usage: write-forever.ts DIRECTORY SEED");
const store = createDiskStore({ directory });
for (let n = 0; ; n += 1) {
  const bytes = Buffer.alloc(200_000 + n, `${seed}-${n} `);
  const sha256 = sha256Of(bytes);
  await store.write(objectKeyOf(sha256, "image/png"), bytes, sha256);
  process.stdout.write(`${sha256}\n`);
}
