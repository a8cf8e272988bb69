import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY = 'process.send({ kind: "ready" });';
const DECODED =
  '{ kind: "decoded", id: job.id, image: { mimeType: job.mimeType, width: 1, height: 1, deviation: 9, alpha: null } }';

/** Decoding processes that misbehave in one way each. */
export const FAKE_WORKERS = {
  crashes: `process.on("message", () => process.exit(3)); ${READY}`,
  hangs: `process.on("message", () => {}); process.on("SIGTERM", () => {}); ${READY}`,
  spins: `process.on("message", () => { for (;;); }); ${READY}`,
  eats: `process.on("message", () => { const all = []; setInterval(() => all.push(Buffer.alloc(4e7, 1)), 5); }); ${READY}`,
  neverReady: "process.exit(7);",
  unfit: 'process.send({ kind: "unfit", reason: "the decoder loads SVG" });',
  /** Works only outside of Node's permission model. */
  dislikesFences: `if (process.permission) process.exit(9); process.on("message", (job) => process.send(${DECODED})); ${READY}`,
  works: `process.on("message", (job) => process.send(${DECODED})); ${READY}`,
};

const made: string[] = [];

export async function fakeWorker(name: keyof typeof FAKE_WORKERS): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-worker-"));
  made.push(directory);
  const path = join(directory, `${name}.mjs`);
  await writeFile(path, FAKE_WORKERS[name]);
  return path;
}

export async function removeFakeWorkers(): Promise<void> {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
}
