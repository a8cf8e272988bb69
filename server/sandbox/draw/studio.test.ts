import sharp from "sharp";
import { expect, it } from "vitest";
import type { Picture } from "./render";
import { Studio } from "./studio";

const studio = new Studio("full");
const scene = (prompt: string, seed: string, width = 320, height = 240): Picture => ({
  kind: "scene",
  prompt,
  seed,
  width,
  height,
});
const pixels = async (picture: Picture) =>
  sharp(await studio.draw(picture))
    .removeAlpha()
    .raw()
    .toBuffer();

async function difference(a: Picture, b: Picture): Promise<number> {
  const [left, right] = [await pixels(a), await pixels(b)];
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += Math.abs((left[index] ?? 0) - (right[index] ?? 0));
  return sum / left.length;
}

it("draws the asked size exactly, the same for the same prompt and seed, another for another", async () => {
  const info = await sharp(await studio.draw(scene("a red fox", "1", 1104, 832))).metadata();
  expect([info.format, info.width, info.height]).toEqual(["png", 1104, 832]);
  expect(await new Studio("full").draw(scene("a red fox", "1"))).toEqual(await studio.draw(scene("a red fox", "1")));
  expect(await difference(scene("a red fox", "1"), scene("a red fox", "2"))).toBeGreaterThan(5);
  expect(await difference(scene("a red fox", "1"), scene("an old ship", "1"))).toBeGreaterThan(5);
});

it.each(["", "例え話 🦊", "x".repeat(2_000), '<script>&"', "a"])("draws any prompt: %j", async (prompt) => {
  expect((await sharp(await studio.draw(scene(prompt, "1", 128, 16))).metadata()).width).toBe(128);
});

it("img2img goes away from its input as the strength grows, and at 1 there is nothing left of it", async () => {
  const base = scene("a cup of coffee", "5");
  const repaint = (strength: number): Picture => ({
    kind: "repaint",
    base,
    prompt: "a robot at night",
    seed: "9",
    strength,
  });
  const far: number[] = [];
  for (const strength of [0.05, 0.25, 0.5, 0.75, 1]) far.push(await difference(base, repaint(strength)));
  expect(far).toEqual(far.slice().sort((a, b) => a - b));
  expect(far[0]).toBeLessThan((far[4] ?? 0) / 8);
  expect(await difference(repaint(1), scene("a robot at night", "9"))).toBe(0);
});

it.each(["a red fox in the snow", "bond", "a house at sunset"])(
  "cuts out a subject, neither nothing nor all: %s",
  async (prompt) => {
    const of = scene(prompt, "3", 400, 300);
    const cut: Picture = { kind: "with_alpha", of, mask: { kind: "foreground", of }, opaque: 254 };
    const { data, info } = await sharp(await studio.draw(cut))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    let [clear, solid, highest] = [0, 0, 0];
    for (let index = 3; index < data.length; index += 4) {
      const alpha = data[index] ?? 0;
      if (alpha < 10) clear += 1;
      if (alpha > 240) solid += 1;
      highest = Math.max(highest, alpha);
    }
    const total = info.width * info.height;
    expect(solid / total).toBeGreaterThan(0.02);
    expect(clear / total).toBeGreaterThan(0.15);
    expect(highest).toBe(254);
  },
);

it("damages a picture as asked", async () => {
  const picture = scene("a tree", "1");
  await expect(
    sharp(await studio.draw(picture, "png", "truncated"), { failOn: "truncated" })
      .raw()
      .toBuffer(),
  ).rejects.toThrow();
  await expect(sharp(await studio.draw(picture, "png", "garbage")).metadata()).rejects.toThrow();
  expect((await sharp(await studio.draw(picture, "png", "wrong_size")).metadata()).width).toBe(160);
  const { entropy } = await sharp(await studio.draw(picture, "png", "blank")).stats();
  expect(entropy).toBe(0);
});

it("tiny pictures keep size and alpha and come from few drawings", async () => {
  const tiny = new Studio("tiny");
  const drawn = new Set<string>();
  for (let index = 0; index < 60; index += 1)
    drawn.add((await tiny.draw(scene(`prompt ${index}`, "1"))).toString("base64"));
  expect(drawn.size).toBeLessThanOrEqual(8);
  const of = scene("x", "1");
  const cut = await tiny.draw({ kind: "with_alpha", of, mask: { kind: "foreground", of }, opaque: 255 });
  expect((await sharp(cut).metadata()).channels).toBe(4);
});
