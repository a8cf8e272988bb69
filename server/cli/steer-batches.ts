import { resolve } from "node:path";
import { type BatchFormat, batchPieces } from "@/server/batch/export-batch";
import { listBatches, readBatch } from "@/server/batch/read-batch";
import { type BatchStep, steerBatch } from "@/server/batch/steer-batch";
import type { BatchView } from "@/server/domain/batch";
import { createImageService } from "@/server/images/create-image-service";
import { diskIdOf } from "@/server/images/disk-id";
import { readPicture } from "@/server/images/read-picture";
import { installationSecret } from "@/server/installation-secret";
import type { RolloutDeps } from "@/server/rollout/types";
import { usageError } from "./exit-codes";
import { instant, table } from "./format";
import { withRollout } from "./open-rollout";
import { checkOutFiles, writeOut } from "./out-files";
import { callerPath } from "./terminal";
import type { Tools } from "./tools";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function checkedId(id: string): string {
  if (!UUID.test(id)) throw usageError("id", `must be a batch's id, not "${id}"; switchyard batch list shows them`);
  return id;
}

export async function printBatches({ terminal }: Tools, options: { environment?: string; json?: boolean }) {
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const found = await listBatches(deps.db, environment);
      if (options.json) return terminal.data(JSON.stringify(found, null, 2));
      const rows = found.map((batch) => [batch.id, instant(batch.createdAtMs), batch.state, batch.name, batch.words]);
      for (const line of table(["id", "started", "state", "name", "what came of it"], rows)) terminal.data(line);
    },
  );
}

export async function takeStep({ terminal }: Tools, id: string, step: BatchStep): Promise<void> {
  const batchId = checkedId(id);
  await withRollout(
    undefined,
    (line) => terminal.say(line),
    async ({ deps, operator }) => {
      await steerBatch(deps, operator, { batchId, step });
      const { state, words } = await readBatch(deps.db, batchId);
      terminal.data(`${state}: ${words}`);
    },
  );
}

export async function exportBatch(
  { terminal, env }: Tools,
  id: string,
  options: { format: BatchFormat; out?: string; force?: boolean },
): Promise<void> {
  const batchId = checkedId(id);
  const out = options.out === undefined ? null : callerPath(env, options.out);
  const force = options.force === true;
  if (out !== null) await checkOutFiles([out], force);
  await withRollout(
    undefined,
    (line) => terminal.say(line),
    async ({ deps }) => {
      const text = await exported(deps, await readBatch(deps.db, batchId), options.format);
      if (out === null) return terminal.data(text.trimEnd());
      await writeOut(out, Buffer.from(text), force);
      terminal.say(`written to ${out}`);
    },
  );
}

async function exported(deps: RolloutDeps, view: BatchView, format: BatchFormat): Promise<string> {
  const dataDir = resolve(deps.config.dataDir);
  const signingKey = await installationSecret({ secret: deps.config.secret, dataDir });
  const diskId = await diskIdOf(dataDir);
  const images = createImageService({ dataDir, diskId, r2: deps.config.r2, signingKey, log: deps.log });
  try {
    // A picture that was removed by age leaves its place with its hash.
    const load = ({ sha256 }: { sha256: string }) => readPicture({ db: deps.db, images }, sha256).catch(() => null);
    const pieces: string[] = [];
    for await (const piece of batchPieces(view, format, load)) pieces.push(piece);
    return pieces.join("");
  } finally {
    await images.close();
  }
}
