import fc from "fast-check";
import sharp, { type FailOnOptions } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkHeader } from "./check-header";
import { createDecodePool, type DecodePool } from "./decode-pool";
import { PictureProblem } from "./picture-problem";
import { cutOut, noisePicture } from "./testing/pictures";

let pool: DecodePool;
let seeds: Buffer[];

beforeAll(async () => {
  pool = createDecodePool({ size: 2, picturesPerDecoder: 500 });
  const source = sharp(await noisePicture({ width: 96, height: 64 }));
  seeds = await Promise.all([
    noisePicture(),
    noisePicture({ format: "jpeg" }),
    noisePicture({ format: "webp" }),
    cutOut(0.5, 254),
    source.clone().jpeg({ progressive: true }).toBuffer(),
    source.clone().png({ palette: true }).toBuffer(),
    source.clone().png({ adaptiveFiltering: true, progressive: true }).toBuffer(),
    source.clone().toColourspace("b-w").png().toBuffer(),
    source.clone().toColourspace("rgb16").png().toBuffer(),
    source.clone().toColourspace("cmyk").jpeg().toBuffer(),
    source.clone().webp({ lossless: true }).toBuffer(),
    source.clone().ensureAlpha(0.4).webp().toBuffer(),
  ]);
});
afterAll(() => pool.close());

/** The rule that a picture breaks, or null when it is accepted. Anything but a rule is a fault of ours. */
async function verdict(bytes: Buffer): Promise<string | null> {
  try {
    await pool.decode(bytes, checkHeader(bytes).mimeType);
    return null;
  } catch (error) {
    if (PictureProblem.is(error)) return error.rule;
    throw error;
  }
}

type Mutation = (bytes: Buffer) => Buffer;
const at = (share: number, bytes: Buffer) => Math.floor(share * Math.max(0, bytes.length - 1));
// Without bias: fast-check likes small numbers, and nearly every mutant would be cut at its first byte.
const share = fc.noBias(fc.nat(1_000_000)).map((value) => value / 1_000_000);
// The headers are where the numbers are that decoders believe.
const place = fc.oneof(
  share,
  share.map((value) => value * 0.05),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  place.map<Mutation>((where) => (bytes) => bytes.subarray(0, at(where, bytes))),
  fc.tuple(place, fc.nat(255)).map<Mutation>(([where, value]) => (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at(where, copy)] = value;
    return copy;
  }),
  fc
    .tuple(place, fc.constantFrom(0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff))
    .map<Mutation>(([where, value]) => (bytes) => {
      const copy = Buffer.from(bytes);
      if (copy.length >= 4) copy.writeUInt32BE(value, Math.min(at(where, copy), copy.length - 4));
      return copy;
    }),
  fc.tuple(place, fc.uint8Array({ maxLength: 64 })).map<Mutation>(([where, extra]) => (bytes) => {
    const cut = at(where, bytes);
    return Buffer.concat([bytes.subarray(0, cut), extra, bytes.subarray(cut)]);
  }),
  fc.tuple(place, place).map<Mutation>(([from, to]) => (bytes) => {
    const [low, high] = [at(from, bytes), at(to, bytes)].sort((a, b) => a - b);
    return Buffer.concat([bytes.subarray(0, low), bytes.subarray(high)]);
  }),
  fc.tuple(place, place).map<Mutation>(([from, to]) => (bytes) => {
    const [low, high] = [at(from, bytes), at(to, bytes)].sort((a, b) => a - b);
    return Buffer.concat([bytes.subarray(0, high), bytes.subarray(low)]);
  }),
);

describe("the picture check on damaged files", () => {
  it("accepts every undamaged seed", async () => {
    expect(await Promise.all(seeds.map(verdict))).toEqual(Array(seeds.length).fill(null));
  });

  it.each(["truncated", "error", "warning"] satisfies FailOnOptions[])(
    "rests on a full decode: a cut JPEG passes metadata() and fails the pixels with failOn %s",
    async (failOn) => {
      const jpeg = await noisePicture({ width: 300, height: 200, format: "jpeg" });
      const cut = jpeg.subarray(0, Math.floor(jpeg.length * 0.6));
      await expect(sharp(cut, { failOn }).metadata()).resolves.toMatchObject({ width: 300 });
      await expect(sharp(cut, { failOn }).raw().toBuffer()).rejects.toThrow();
      await expect(sharp(cut, { failOn: "none" }).raw().toBuffer()).resolves.toBeInstanceOf(Buffer);
    },
  );

  it("refuses every seed cut at 60 %", async () => {
    for (const seed of seeds) expect(await verdict(seed.subarray(0, Math.floor(seed.length * 0.6)))).not.toBeNull();
  });

  it("survives 3,000 mutated files; each is refused by a rule or decodes a second time elsewhere", async () => {
    const mutants = fc.sample(fc.tuple(fc.nat(seeds.length - 1), fc.array(mutation, { minLength: 1, maxLength: 3 })), {
      numRuns: 3_000,
      seed: 20_261_123,
    });
    const rules: Record<string, number> = {};
    let acceptedCount = 0;
    const queue = mutants.values();
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (const [index, mutations] of queue) {
          const original = seeds[index] ?? Buffer.alloc(0);
          const mutant = mutations.reduce((bytes, mutate) => mutate(bytes), original);
          const rule = await verdict(mutant);
          if (rule !== null) {
            rules[rule] = (rules[rule] ?? 0) + 1;
            continue;
          }
          acceptedCount += 1;
          await expect(sharp(mutant, { failOn: "error" }).raw().toBuffer()).resolves.toBeInstanceOf(Buffer);
        }
      }),
    );
    expect(acceptedCount).toBeGreaterThan(200);
    expect(rules.undecodable).toBeGreaterThan(1_000);
    // Nothing in the corpus brings a decoder down; if one ever does, it is here that it shows.
    expect(rules.decoder_crash ?? 0).toBe(0);
  }, 240_000);
});
