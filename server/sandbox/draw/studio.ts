import { type Encoding, encode, type Picture, pictureKey, render, sizeOf, tinyOf } from "./render";

/** What a fault makes of a finished picture. */
export type Damage =
  | "blank"
  | "truncated"
  | "wrong_size"
  | "garbage"
  | "opaque"
  | "empty_cutout"
  | "inverted_cutout"
  | "input_returned"
  | "input_ignored"
  | "strength_ignored"
  | null;

/** What every repainting does where its strength is ignored. */
const ONE_STRENGTH = 0.5;

/** Draws pictures on demand and remembers the latest ones, since a result is often read more than once. */
export class Studio {
  private readonly kept = new Map<string, Promise<Buffer>>();
  private readonly sizes = new Map<string, number>();
  private keptBytes = 0;

  constructor(
    private readonly mode: "full" | "tiny",
    private readonly keepBytes = 64 * 1024 * 1024,
  ) {}

  draw(picture: Picture, encoding: Encoding = "png", damage: Damage = null): Promise<Buffer> {
    const subject = this.mode === "tiny" ? tinyOf(picture) : picture;
    const key = `${encoding} ${damage} ${pictureKey(subject)}`;
    const known = this.kept.get(key);
    if (known !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    const drawing = develop(subject, encoding, damage);
    this.kept.set(key, drawing);
    drawing.then(
      (bytes) => this.account(key, bytes.length),
      () => this.kept.delete(key),
    );
    return drawing;
  }

  private account(key: string, bytes: number): void {
    if (!this.kept.has(key)) return;
    this.sizes.set(key, bytes);
    this.keptBytes += bytes;
    for (const oldest of this.kept.keys()) {
      if (this.keptBytes <= this.keepBytes) return;
      this.kept.delete(oldest);
      this.keptBytes -= this.sizes.get(oldest) ?? 0;
      this.sizes.delete(oldest);
    }
  }
}

async function develop(picture: Picture, encoding: Encoding, damage: Damage): Promise<Buffer> {
  if (damage === "garbage") return Buffer.from("<html><body>this is not an image</body></html>");
  if (damage === "blank") return encode(await render({ kind: "blank", ...sizeOf(picture) }), encoding);
  if (damage === "wrong_size") {
    const raw = await render(picture);
    const small: Picture = {
      kind: "scale",
      of: picture,
      width: Math.max(8, raw.width >> 1),
      height: Math.max(8, raw.height >> 1),
      crop: false,
    };
    return encode(await render(small), encoding);
  }
  const bytes = await encode(await render(misdrawn(picture, damage)), encoding);
  return damage === "truncated" ? bytes.subarray(0, Math.floor(bytes.length * 0.6)) : bytes;
}

/** The picture as a wrong workflow makes it, wherever in it the fault lies. */
function misdrawn(picture: Picture, damage: Damage): Picture {
  switch (picture.kind) {
    case "scale":
    case "on_colour":
      return { ...picture, of: misdrawn(picture.of, damage) };
    case "with_alpha":
      if (damage === "opaque") return picture.of;
      if (damage === "empty_cutout") return { ...picture, mask: { kind: "none", of: picture.of } };
      if (damage === "inverted_cutout") return { ...picture, mask: { kind: "invert", of: picture.mask } };
      return picture;
    case "repaint":
      if (damage === "input_returned") return picture.base;
      if (damage === "input_ignored") return { ...picture, strength: 1 };
      if (damage === "strength_ignored") return { ...picture, strength: ONE_STRENGTH };
      return picture;
    default:
      return picture;
  }
}
