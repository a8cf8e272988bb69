import { DEFAULT_SIZE } from "@/server/domain/generation-request";

const STEP = 16;
const AREA_MAX = DEFAULT_SIZE * DEFAULT_SIZE;

export interface PictureSize {
  width: number;
  height: number;
}

/**
 * The size to ask for: the caller's own; else the input picture's, brought to multiples of 16 within one megapixel
 * and `sizeMin`…`sizeMax`, keeping its shape as far as that allows; else the default square. Both providers ask for
 * the same size, or comparing them would compare sizes.
 */
export function pictureSize(
  asked: { width: number | null; height: number | null },
  input: PictureSize | null,
  limits: { sizeMin: number; sizeMax: number },
): PictureSize {
  if (asked.width !== null && asked.height !== null) return { width: asked.width, height: asked.height };
  if (!input) return { width: DEFAULT_SIZE, height: DEFAULT_SIZE };
  const scale = Math.min(1, Math.sqrt(AREA_MAX / (input.width * input.height)));
  const side = (length: number) => {
    const stepped = Math.round((length * scale) / STEP) * STEP;
    return Math.min(limits.sizeMax, Math.max(limits.sizeMin, stepped));
  };
  return { width: side(input.width), height: side(input.height) };
}
