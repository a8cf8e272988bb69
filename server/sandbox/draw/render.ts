import sharp, { type Sharp } from "sharp";
import { hash32 } from "../random";
import { foregroundMask } from "./cutout";
import { sceneSvg } from "./scene";

/** How a picture comes about. Pictures are drawn when somebody reads them: a job of the past costs no memory. */
export type Picture =
  | { kind: "scene"; prompt: string; seed: string; width: number; height: number }
  /** img2img: `strength` 0 is the base, 1 is the scene alone. */
  | { kind: "repaint"; base: Picture; prompt: string; seed: string; strength: number }
  | { kind: "bytes"; read: () => Buffer; id: string }
  /** 0 for one side keeps the aspect, 0 for both keeps the size. */
  | { kind: "scale"; of: Picture; width: number; height: number; crop: boolean }
  | { kind: "blank"; width: number; height: number }
  | { kind: "with_alpha"; of: Picture; mask: Mask; opaque: number }
  | { kind: "on_colour"; of: Picture; colour: string };

/** White (255) is what the mask selects. */
export type Mask = { kind: "foreground"; of: Picture } | { kind: "invert"; of: Mask } | { kind: "none"; of: Picture };

export interface Raw {
  data: Buffer;
  width: number;
  height: number;
  channels: 3 | 4;
}

const toRaw = async (pipeline: Sharp): Promise<Raw> => {
  const { data, info } = await pipeline.toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
};

const fromRaw = ({ data, width, height, channels }: Raw) => sharp(data, { raw: { width, height, channels } });

/** Throws when uploaded bytes are not an image. */
export async function render(picture: Picture): Promise<Raw> {
  switch (picture.kind) {
    case "scene":
      return toRaw(sharp(Buffer.from(sceneSvg(picture.prompt, picture.seed, picture.width, picture.height))));
    case "blank": {
      const { width, height } = picture;
      return toRaw(sharp({ create: { width, height, channels: 3, background: "#000000" } }));
    }
    case "bytes":
      return toRaw(
        sharp(picture.read(), { limitInputPixels: 64_000_000 }).autoOrient().flatten({ background: "#ffffff" }),
      );
    case "scale":
      return scale(await render(picture.of), picture.width, picture.height, picture.crop);
    case "repaint":
      return repaint(await render(picture.base), picture);
    case "with_alpha": {
      const base = await render(picture.of);
      return withAlpha(base, await renderMask(picture.mask, base), picture.opaque);
    }
    case "on_colour":
      return toRaw(fromRaw(await render(picture.of)).flatten({ background: picture.colour }));
  }
}

async function scale(base: Raw, width: number, height: number, crop: boolean): Promise<Raw> {
  if (width === 0 && height === 0) return base;
  const w = width || Math.max(1, Math.round((base.width * height) / base.height));
  const h = height || Math.max(1, Math.round((base.height * width) / base.width));
  return toRaw(fromRaw(base).resize(w, h, { fit: crop ? "cover" : "fill" }));
}

async function repaint(base: Raw, picture: { prompt: string; seed: string; strength: number }): Promise<Raw> {
  const scene = await toRaw(sharp(Buffer.from(sceneSvg(picture.prompt, picture.seed, base.width, base.height))));
  const share = Math.round(Math.min(1, Math.max(0, picture.strength)) * 256);
  const data = Buffer.alloc(base.data.length);
  for (let index = 0; index < data.length; index += 1) {
    const from = base.data[index] ?? 0;
    data[index] = from + ((((scene.data[index] ?? 0) - from) * share) >> 8);
  }
  return { ...base, data };
}

async function renderMask(mask: Mask, base: Raw): Promise<Buffer> {
  if (mask.kind === "invert") return (await renderMask(mask.of, base)).map((value) => 255 - value) as Buffer; // map of a Buffer is a Buffer at run time
  const of = await render(mask.of);
  const bytes =
    mask.kind === "none" ? Buffer.alloc(of.width * of.height) : await foregroundMask(of.data, of.width, of.height);
  if (of.width === base.width && of.height === base.height) return bytes;
  return sharp(bytes, { raw: { width: of.width, height: of.height, channels: 1 } })
    .resize(base.width, base.height, { fit: "fill" })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

function withAlpha(base: Raw, alpha: Buffer, opaque: number): Raw {
  const pixels = base.width * base.height;
  const data = Buffer.alloc(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const from = pixel * base.channels;
    data[pixel * 4] = base.data[from] ?? 0;
    data[pixel * 4 + 1] = base.data[from + 1] ?? 0;
    data[pixel * 4 + 2] = base.data[from + 2] ?? 0;
    data[pixel * 4 + 3] = Math.round(((alpha[pixel] ?? 0) * opaque) / 255);
  }
  return { data, width: base.width, height: base.height, channels: 4 };
}

export type Encoding = "png" | "jpeg" | "webp";

export async function encode(raw: Raw, encoding: Encoding): Promise<Buffer> {
  const image = fromRaw(raw);
  if (encoding === "jpeg") return image.flatten({ background: "#ffffff" }).jpeg({ quality: 88 }).toBuffer();
  if (encoding === "webp") return image.webp({ quality: 86 }).toBuffer();
  return image.png({ compressionLevel: 3, adaptiveFiltering: false }).toBuffer();
}

/** Text that two pictures share exactly when they are the same picture. */
export function pictureKey(picture: Picture): string {
  return JSON.stringify(picture, (name, value) => (name === "read" ? undefined : value));
}

/** The same picture in eight cheap variants per size, for load tests in which the drawing must not be what is measured. */
export function tinyOf(picture: Picture): Picture {
  const size = sizeOf(picture);
  const variant = hash32(pictureKey(picture)) % 8;
  const scene: Picture = { kind: "scene", prompt: `load test ${variant}`, seed: String(variant), ...size };
  return picture.kind === "with_alpha" ? { ...picture, of: scene, mask: { kind: "foreground", of: scene } } : scene;
}

/** What is known of the size without decoding anything; 512 where only the uploaded bytes tell. */
export function sizeOf(picture: Picture): { width: number; height: number } {
  switch (picture.kind) {
    case "scene":
    case "blank":
      return { width: picture.width, height: picture.height };
    case "scale":
      return picture.width > 0 && picture.height > 0
        ? { width: picture.width, height: picture.height }
        : sizeOf(picture.of);
    case "repaint":
      return sizeOf(picture.base);
    case "with_alpha":
    case "on_colour":
      return sizeOf(picture.of);
    case "bytes":
      return { width: 512, height: 512 };
  }
}
