import { execFileSync, fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { LogFields } from "@/server/log";
import { createDecodePool, type DecodePool, type DecodePoolOptions } from "./decode-pool";
import { fenceArguments } from "./decoder-arguments";
import { fakeWorker, removeFakeWorkers } from "./testing/fake-workers";
import { hugePng, noisePicture } from "./testing/pictures";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const bundles = join(ROOT, ".build", `test-images-${process.pid}`);
const pools: DecodePool[] = [];
function pool(options: DecodePoolOptions): DecodePool {
  const made = createDecodePool({ size: 1, ...options });
  pools.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((made) => made.close()));
});
const folders = [bundles];
afterAll(removeFakeWorkers);
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const bytes = Buffer.from("any");

/** Waits for a condition that another process brings about. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Ended and not yet collected by its parent, it can still be signalled.
  return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

describe("createDecodePool with the real decoder", () => {
  it("decodes the three types and reports size, deviation and alpha", async () => {
    const decoders = pool({});
    for (const format of ["png", "jpeg", "webp"] as const) {
      const picture = await noisePicture({ width: 80, height: 40, format });
      const image = await decoders.decode(picture, `image/${format}`);
      expect(image).toMatchObject({ mimeType: `image/${format}`, width: 80, height: 40, alpha: null });
      expect(image.deviation).toBeGreaterThan(5);
    }
    expect(decoders.pids()).toHaveLength(1);
  });

  it("refuses a JPEG cut at 60 %, a huge claim, and a type that is not what it says", async () => {
    const decoders = pool({});
    const jpeg = await noisePicture({ width: 400, height: 300, format: "jpeg" });
    const cut = jpeg.subarray(0, Math.floor(jpeg.length * 0.6));
    await expect(decoders.decode(cut, "image/jpeg")).rejects.toMatchObject({ rule: "undecodable" });
    await expect(decoders.decode(hugePng(30_000, 30_000), "image/png")).rejects.toMatchObject({ rule: "undecodable" });
    await expect(decoders.decode(jpeg, "image/png")).rejects.toMatchObject({ rule: "format" });
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(decoders.decode(svg, "image/png")).rejects.toMatchObject({ rule: "undecodable" });
  });

  it.skipIf(process.platform !== "linux")("gives the decoder nothing of its own environment but PATH", async () => {
    process.env.SWITCHYARD_TEST_CANARY = "canary-5521";
    try {
      const decoders = pool({});
      await decoders.decode(await noisePicture(), "image/png");
      const [pid] = decoders.pids();
      const names = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
      // Node itself tells a forked child which descriptor to talk through.
      expect(names.map((line) => line.split("=")[0]).sort()).toEqual([
        "NODE_CHANNEL_FD",
        "NODE_CHANNEL_SERIALIZATION_MODE",
        "PATH",
      ]);
    } finally {
      delete process.env.SWITCHYARD_TEST_CANARY;
    }
  });

  it.each([
    ["in the checkout", false],
    ["where node_modules is a link", true],
  ])("works as a bundle %s behind Node's fences: no file, no child, no thread", async (_where, isLinked) => {
    const folder = isLinked ? await mkdtemp(join(tmpdir(), "switchyard-bundle-")) : bundles;
    if (isLinked) {
      folders.push(folder);
      await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    }
    const workerPath = join(folder, "decode-worker.js");
    await build({
      absWorkingDir: ROOT,
      entryPoints: { "decode-worker": "server/images/decode-worker.ts" },
      outdir: folder,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
    });
    if (isLinked) await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const warnings: string[] = [];
    const log = { warn: (text: string) => void warnings.push(text), error: () => {} };
    const decoders = pool({ workerPath, log });
    expect(await decoders.decode(await noisePicture({ width: 30, height: 20 }), "image/png")).toMatchObject({
      width: 30,
    });
    expect(warnings).toEqual([]);

    const fence = fenceArguments(workerPath);
    expect(fence).toContain("--allow-addons");
    const forbidden = [
      `require("node:fs").readFileSync("/proc/self/environ")`,
      `require("node:fs").readFileSync(${JSON.stringify(join(ROOT, "package.json"))})`,
      `require("node:fs").writeFileSync(${JSON.stringify(join(folder, "written"))}, "x")`,
      `require("node:child_process").execSync("id")`,
      `new (require("node:worker_threads").Worker)("1", { eval: true })`,
    ];
    for (const code of forbidden) {
      const { stderr, status } = spawnSync(process.execPath, [...fence, "-e", code], { encoding: "utf8" });
      expect(status).not.toBe(0);
      expect(stderr).toContain("ERR_ACCESS_DENIED");
    }
    expect(existsSync(join(folder, "written"))).toBe(false);
  });

  it("ends when the process that started it is killed", async () => {
    const parent = fork(fileURLToPath(new URL("testing/pool-parent.ts", import.meta.url)), [], {
      execArgv: ["--import", "tsx"],
      stdio: "inherit",
    });
    const pids = await new Promise<number[]>((resolve, reject) => {
      parent.once("message", (message) => resolve(message as number[]));
      parent.once("exit", () => reject(new Error("the parent ended by itself")));
    });
    expect(pids.map(isRunning)).toEqual([true]);
    parent.kill("SIGKILL");
    await until(() => !pids.some(isRunning));
  });

  it("lets a program end that forgot to close it", () => {
    const script = fileURLToPath(new URL("testing/pool-parent.ts", import.meta.url));
    const said = execFileSync(process.execPath, ["--import", "tsx", script], { encoding: "utf8", timeout: 60_000 });
    expect(JSON.parse(said)).toHaveLength(1);
  });
});

describe("createDecodePool with decoders that misbehave", () => {
  it.each([
    ["hangs", { decodeMs: 200 }, "decoder_timeout"],
    ["spins", { decodeMs: 200 }, "decoder_timeout"],
    ["crashes", {}, "decoder_crash"],
  ] as const)("refuses the picture whose decoder %s, and serves the next one", async (name, limits, rule) => {
    const decoders = pool({ workerPath: await fakeWorker(name), limits });
    await expect(decoders.decode(bytes, "image/png")).rejects.toMatchObject({ rule });
    expect(decoders.pids()).toEqual([]);
    await expect(decoders.decode(bytes, "image/png")).rejects.toMatchObject({ rule });
  });

  it.skipIf(process.platform !== "linux")("kills a decoder that takes too much memory", async () => {
    const decoders = pool({ workerPath: await fakeWorker("eats"), limits: { rssBytes: 300_000_000 } });
    await expect(decoders.decode(bytes, "image/png")).rejects.toMatchObject({ rule: "decoder_memory" });
  });

  it.each([
    ["neverReady", "ended with 7"],
    ["unfit", "the decoder loads SVG"],
  ] as const)("says that it is unavailable, and why, when its decoder is %s", async (name, reason) => {
    const decoders = pool({ workerPath: await fakeWorker(name) });
    const error = await decoders.decode(bytes, "image/png").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining(reason) });
  });

  it("decodes without fences, and says so, in a Node whose fences do not fit", async () => {
    const warned: unknown[] = [];
    const log = { warn: (_text: string, fields?: LogFields) => void warned.push(fields?.isFenced), error: () => {} };
    const decoders = pool({ workerPath: await fakeWorker("dislikesFences"), log });
    await expect(decoders.decode(bytes, "image/png")).resolves.toMatchObject({ width: 1 });
    expect(warned).toEqual([true, true]);
    for (const pid of decoders.pids()) process.kill(pid, "SIGKILL");
    await until(() => decoders.pids().length === 0);
    // Told once: the next one starts without trying them again.
    await expect(decoders.decode(bytes, "image/png")).resolves.toMatchObject({ width: 1 });
    expect(warned).toEqual([true, true]);
  });

  it("replaces a decoder after its share of pictures", async () => {
    const decoders = pool({ workerPath: await fakeWorker("works"), picturesPerDecoder: 2 });
    const seen: (number | undefined)[] = [];
    for (let n = 0; n < 5; n += 1) {
      await decoders.decode(bytes, "image/png");
      seen.push(decoders.pids()[0]);
    }
    expect(new Set(seen.filter((pid) => pid !== undefined)).size).toBe(3);
  });

  it("ends idle decoders", async () => {
    const decoders = pool({ workerPath: await fakeWorker("works"), idleMs: 20 });
    await decoders.decode(bytes, "image/png");
    await until(() => decoders.pids().length === 0);
    await expect(decoders.decode(bytes, "image/png")).resolves.toMatchObject({ width: 1 });
  });

  it("refuses when too many wait, forgets who gave up, and closes under load", async () => {
    const decoders = pool({ workerPath: await fakeWorker("hangs"), maxWaiting: 2 });
    const gaveUp = new AbortController();
    const running = decoders.decode(bytes, "image/png");
    const waiting = [
      decoders.decode(bytes, "image/png"),
      decoders.decode(bytes, "image/png", { signal: gaveUp.signal }),
    ];
    await expect(decoders.decode(bytes, "image/png")).rejects.toMatchObject({ code: "OVERLOADED" });
    gaveUp.abort(new Error("lease lost"));
    await expect(waiting[1]).rejects.toThrow("lease lost");
    await expect(decoders.decode(bytes, "image/png", { maxWaiting: 1 })).rejects.toMatchObject({ code: "OVERLOADED" });
    const ends = Promise.allSettled([running, waiting[0]]);
    await decoders.close();
    await decoders.close();
    for (const end of await ends) expect(end).toMatchObject({ status: "rejected", reason: { code: "UNAVAILABLE" } });
    await expect(decoders.decode(bytes, "image/png")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(decoders.pids()).toEqual([]);
  });
});
