import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { checkHeader } from "./check-header";
import { PictureProblem } from "./picture-problem";
import { hugePng, noisePicture, pngChunk } from "./testing/pictures";

function ruleOf(bytes: Uint8Array): string {
  try {
    checkHeader(bytes);
    return "accepted";
  } catch (error) {
    if (PictureProblem.is(error)) return error.rule;
    throw error;
  }
}

describe("checkHeader", () => {
  it.each([
    ["png", "image/png"],
    ["jpeg", "image/jpeg"],
    ["webp", "image/webp"],
  ] as const)("reads type and size of a %s", async (format, mimeType) => {
    const bytes = await noisePicture({ width: 123, height: 77, format });
    expect(checkHeader(bytes)).toEqual({ mimeType, width: 123, height: 77 });
  });

  it("reads the size of a lossless WebP, of one with alpha and of a progressive JPEG", async () => {
    const source = sharp(await noisePicture({ width: 201, height: 99 }));
    const size = { width: 201, height: 99 };
    expect(checkHeader(await source.clone().webp({ lossless: true }).toBuffer())).toMatchObject(size);
    expect(checkHeader(await source.clone().ensureAlpha(0.5).webp().toBuffer())).toMatchObject(size);
    expect(checkHeader(await source.clone().jpeg({ progressive: true }).toBuffer())).toMatchObject(size);
  });

  it("refuses AVIF, SVG, TIFF, GIF, PDF and plain text by their bytes, whatever they are called", async () => {
    const source = sharp(await noisePicture());
    const others = [
      await source.clone().avif({ effort: 0 }).toBuffer(),
      await source.clone().tiff().toBuffer(),
      await source.clone().gif().toBuffer(),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      Buffer.from("%PDF-1.7\n"),
      Buffer.from("a red fox"),
    ];
    expect(others.map(ruleOf)).toEqual(Array(others.length).fill("format"));
  });

  it("refuses a PNG that claims 900 megapixels without decoding it", () => {
    const bomb = hugePng(30_000, 30_000);
    expect(bomb.byteLength).toBeLessThan(200_000);
    expect(ruleOf(bomb)).toBe("too_many_pixels");
    // The claim alone is enough: the picture may be cut right behind it.
    expect(ruleOf(bomb.subarray(0, 40))).toBe("too_many_pixels");
  });

  it("refuses an empty file and one above the byte limit", () => {
    expect(ruleOf(new Uint8Array())).toBe("empty");
    expect(ruleOf(new Uint8Array(32 * 1024 * 1024 + 1))).toBe("too_large");
  });

  it("refuses a second file behind a PNG or WebP, and a script behind a JPEG", async () => {
    const page = Buffer.from("<html><script>alert(1)</script>");
    const [png, webp, jpeg] = await Promise.all(
      (["png", "webp", "jpeg"] as const).map((format) => noisePicture({ format })),
    );
    if (!png || !webp || !jpeg) throw new Error("no pictures");
    for (const picture of [png, webp, jpeg]) expect(ruleOf(Buffer.concat([picture, page]))).toBe("trailing_bytes");
    expect(ruleOf(Buffer.concat([png, Buffer.from("PK\x03\x04")]))).toBe("trailing_bytes");
    expect(ruleOf(Buffer.concat([jpeg, Buffer.from("%PDF-1.4")]))).toBe("trailing_bytes");
  });

  it("accepts what cameras append to a JPEG, and padding behind a PNG", async () => {
    const jpeg = await noisePicture({ format: "jpeg" });
    const preview = await noisePicture({ format: "jpeg", width: 16, height: 16, seed: 2 });
    expect(ruleOf(Buffer.concat([jpeg, preview]))).toBe("accepted");
    expect(ruleOf(Buffer.concat([await noisePicture(), Buffer.alloc(7)]))).toBe("accepted");
  });

  it("refuses animations", async () => {
    const pixels = Buffer.concat([Buffer.alloc(32 * 32 * 3, 9), Buffer.alloc(32 * 32 * 3, 200)]);
    const frames = await sharp(pixels, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    const png = await noisePicture();
    const animatedPng = Buffer.concat([png.subarray(0, 33), pngChunk("acTL", Buffer.alloc(8)), png.subarray(33)]);
    expect(ruleOf(animatedPng)).toBe("animation");
    expect(ruleOf(frames)).toBe("animation");
  });
});
