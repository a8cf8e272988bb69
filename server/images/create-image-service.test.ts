import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "@/server/domain/secret";
import { createImageService } from "./create-image-service";
import { createDecodePool, type DecodePool } from "./decode-pool";
import { ImageGateError } from "./image-gate-error";
import type { ImageService, OutputExpectation } from "./image-service";
import { createR2Store } from "./r2-store";
import { type FakeBucket, startFakeBucket } from "./testing/fake-bucket";
import { cutOut, flatPicture, hugePng, noisePicture } from "./testing/pictures";

const NOW = Date.UTC(2026, 10, 23, 10, 0, 0);
const signal = new AbortController().signal;
const any: OutputExpectation = { width: null, height: null, needsAlpha: false };
let shared: DecodePool;
let directory: string;
let service: ImageService;

beforeAll(() => {
  shared = createDecodePool({ size: 1 });
});
afterAll(() => shared.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "switchyard-images-"));
  service = make();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The pool outlives a test; everything else is made anew. */
function make(more: Partial<Parameters<typeof createImageService>[0]> = {}): ImageService {
  const pool: DecodePool = { ...shared, close: async () => {} };
  return createImageService({
    diskId: "mine",
    dataDir: directory,
    r2: null,
    signingKey: new Secret("s".repeat(32)),
    pool,
    ...more,
  });
}
async function files(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
async function gateErrorOf(work: Promise<unknown>): Promise<ImageGateError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!ImageGateError.is(error)) throw new Error(`not refused by the gate: ${String(error)}`);
  return error;
}

describe("storeOutput", () => {
  it("stores a good picture under its hash, twice alike, and gives it back", async () => {
    const bytes = await noisePicture({ width: 320, height: 200, format: "jpeg" });
    const stored = await service.storeOutput(bytes, { ...any, width: 320, height: 200 }, signal);
    expect(stored).toMatchObject({
      mimeType: "image/jpeg",
      width: 320,
      height: 200,
      sizeBytes: bytes.byteLength,
      location: "disk",
      decoded: { alpha: null },
    });
    expect(await service.storeOutput(bytes, any, signal)).toEqual(stored);
    expect(await files()).toEqual([join(directory, stored.objectKey)]);
    expect(Buffer.from(await service.read(stored))).toEqual(bytes);
    expect(service.verifyUrl(service.signedUrl(stored, NOW), NOW)).toEqual({
      sha256: stored.sha256,
      mimeType: "image/jpeg",
    });
  });

  it("accepts a cut-out whose opaque pixels are 254", async () => {
    const stored = await service.storeOutput(await cutOut(0.4, 254), { ...any, needsAlpha: true }, signal);
    expect(stored.decoded.alpha?.transparentShare).toBeCloseTo(0.6, 1);
    expect(stored.decoded.alpha?.opaqueShare).toBeCloseTo(0.4, 1);
  });

  it.each<[string, () => Promise<Buffer>, OutputExpectation, string]>([
    ["blank", () => flatPicture("#000"), any, "blank"],
    ["of one bright colour", () => flatPicture("#e33"), any, "blank"],
    ["of the wrong size", () => noisePicture(), { ...any, width: 1024, height: 1024 }, "size"],
    ["a cut-out that kept all", () => cutOut(1, 254), { ...any, needsAlpha: true }, "nothing_cut"],
    ["a cut-out that kept nothing", () => cutOut(0), { ...any, needsAlpha: true }, "nothing_left"],
    ["a photograph where a cut-out is due", () => noisePicture(), { ...any, needsAlpha: true }, "no_alpha"],
    ["900 megapixels by its own claim", async () => hugePng(30_000, 30_000), any, "too_many_pixels"],
    ["no picture", async () => Buffer.from("<html>502 Bad Gateway</html>"), any, "format"],
    ["empty", async () => Buffer.alloc(0), any, "empty"],
    [
      "a JPEG cut at 60 %",
      async () => {
        const jpeg = await noisePicture({ width: 300, height: 200, format: "jpeg" });
        return jpeg.subarray(0, Math.floor(jpeg.length * 0.6));
      },
      any,
      "undecodable",
    ],
  ])("refuses what is %s as bad_output and stores nothing", async (_name, bytes, expected, reason) => {
    const error = await gateErrorOf(service.storeOutput(await bytes(), expected, signal));
    expect(error).toMatchObject({ mode: "bad_output", reason });
    expect(error.message).toMatch(/^the picture /);
    expect(await files()).toEqual([]);
  });

  it("calls a store that fails storage_failed", async () => {
    await writeFile(join(directory, "objects"), "a file in the way");
    const error = await gateErrorOf(service.storeOutput(await noisePicture(), any, signal));
    expect(error).toMatchObject({ mode: "storage_failed", reason: "disk_failed" });
  });

  it("passes an abort on as it is", async () => {
    const controller = new AbortController();
    controller.abort(new Error("lease lost"));
    await expect(service.storeOutput(await noisePicture(), any, controller.signal)).rejects.toThrow("lease lost");
  });

  it("says r2 only for what R2 gave back, and finds a picture where it is", async () => {
    const bucket: FakeBucket = await startFakeBucket();
    const r2Store = createR2Store(bucket.settings, { tries: 1, pauseMs: 1 });
    const both = make({ r2Store, log: { warn: () => {}, error: () => {} } });
    try {
      const first = await both.storeOutput(await noisePicture({ seed: 1 }), any, signal);
      expect(first.location).toBe("r2");
      expect(await files()).toEqual([]);
      bucket.intercept = () => ({ status: 503 });
      const second = await both.storeOutput(await noisePicture({ seed: 2 }), any, signal);
      expect(second.location).toBe("disk");
      await expect(both.read(second)).resolves.toBeInstanceOf(Uint8Array);
      await expect(both.read(first)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    } finally {
      await both.close();
      await bucket.close();
    }
  });
});

describe("storeInput", () => {
  it("stores a caller's picture with the size that is shown, rotation applied", async () => {
    const { default: sharp } = await import("sharp");
    const turned = await sharp(await noisePicture({ width: 60, height: 40 }))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await service.storeInput(turned)).toMatchObject({ width: 40, height: 60, mimeType: "image/jpeg" });
  });

  it("names the field and the rule, and stores nothing", async () => {
    const cases: [Buffer, string, RegExp][] = [
      [Buffer.from("GIF89a"), "BAD_REQUEST", /^must be a PNG, JPEG or WebP file$/],
      [hugePng(30_000, 30_000), "BAD_REQUEST", /40 megapixels; it claims 30000 × 30000$/],
      [Buffer.alloc(7 * 1024 * 1024 + 1, 0xff), "PAYLOAD_TOO_LARGE", /7340032 bytes$/],
      [(await noisePicture()).subarray(0, 300), "BAD_REQUEST", /^cannot be decoded: /],
    ];
    for (const [bytes, code, rule] of cases) {
      await expect(service.storeInput(bytes)).rejects.toMatchObject({
        code,
        problems: [{ field: "image", rule: expect.stringMatching(rule) }],
      });
    }
    expect(await files()).toEqual([]);
  });

  it("is unavailable, not a bad request, when the disk fails", async () => {
    await writeFile(join(directory, "objects"), "a file in the way");
    await expect(service.storeInput(await noisePicture())).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("read", () => {
  it("says NOT_FOUND for what is not there, was damaged, or was never ours", async () => {
    const stored = await service.storeInput(await noisePicture());
    await writeFile(join(directory, stored.objectKey), "rotten");
    await expect(service.read(stored)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await rm(join(directory, stored.objectKey));
    await expect(service.read(stored)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(service.read({ ...stored, objectKey: "../../../etc/passwd" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
