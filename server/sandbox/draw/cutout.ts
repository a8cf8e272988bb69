import sharp from "sharp";

/** Width and height of the small picture in which the subject is looked for: enough for an outline, fast on any size. */
const GRID = 128;

/**
 * One byte per pixel, 255 on the subject. A pixel belongs to it by its colour's distance to all colours of the border,
 * weighed by its nearness to the centre. Never empty and never full: a picture without a subject gets a soft oval.
 */
export async function foregroundMask(rgb: Buffer, width: number, height: number): Promise<Buffer> {
  const small = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(GRID, GRID, { fit: "fill" })
    .blur(0.8)
    .raw()
    .toBuffer();
  const scores = await smooth(scoresOf(small));
  let mask = threshold(scores, otsu(scores));
  const part = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / mask.length;
  if (part < 0.04 || part > 0.8) mask = oval();
  return sharp(Buffer.from(mask), { raw: { width: GRID, height: GRID, channels: 1 } })
    .blur(0.9)
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

function scoresOf(small: Buffer): Float64Array {
  const border = borderColours(small);
  const scores = new Float64Array(GRID * GRID);
  let largest = 1e-9;
  for (let y = 0; y < GRID; y += 1) {
    for (let x = 0; x < GRID; x += 1) {
      const at = (y * GRID + x) * 3;
      let nearest = Number.POSITIVE_INFINITY;
      for (const [r, g, b] of border) {
        const distance =
          ((small[at] ?? 0) - r) ** 2 + ((small[at + 1] ?? 0) - g) ** 2 + ((small[at + 2] ?? 0) - b) ** 2;
        if (distance < nearest) nearest = distance;
      }
      const dx = (x - GRID / 2) / (GRID / 2);
      const dy = (y - GRID / 2) / (GRID / 2);
      const centre = Math.max(0, 1.25 - Math.hypot(dx, dy));
      const score = Math.sqrt(nearest) * centre;
      scores[y * GRID + x] = score;
      if (score > largest) largest = score;
    }
  }
  return scores.map((score) => score / largest);
}

/** Evens the scores out, so that an eye or a stripe does not become a hole. */
async function smooth(scores: Float64Array): Promise<Float64Array> {
  const bytes = Buffer.from(Uint8Array.from(scores, (score) => Math.round(score * 255)));
  const evened = await sharp(bytes, { raw: { width: GRID, height: GRID, channels: 1 } })
    .blur(3.2)
    .extractChannel(0)
    .raw()
    .toBuffer();
  return Float64Array.from(evened, (value) => value / 255);
}

/** Mean colours of the border's stretches: eight along each side. */
function borderColours(small: Buffer): [number, number, number][] {
  const colours: [number, number, number][] = [];
  const step = GRID / 8;
  for (let stretch = 0; stretch < 8; stretch += 1) {
    for (const side of [0, 1, 2, 3]) {
      const sum: [number, number, number] = [0, 0, 0];
      for (let index = 0; index < step; index += 1) {
        const along = stretch * step + index;
        const x = side === 0 ? along : side === 1 ? along : side === 2 ? 1 : GRID - 2;
        const y = side === 0 ? 1 : side === 1 ? GRID - 2 : along;
        for (const channel of [0, 1, 2] as const) sum[channel] += (small[(y * GRID + x) * 3 + channel] ?? 0) / step;
      }
      colours.push(sum);
    }
  }
  return colours;
}

/** The score that parts the two groups best (Otsu). */
function otsu(scores: Float64Array): number {
  const bins = new Array<number>(64).fill(0);
  for (const score of scores) {
    const bin = Math.min(63, Math.floor(score * 64));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const total = scores.length;
  const sumAll = bins.reduce((sum, count, bin) => sum + bin * count, 0);
  let [below, sumBelow, best, bestBin] = [0, 0, -1, 16];
  bins.forEach((count, bin) => {
    below += count;
    sumBelow += bin * count;
    const above = total - below;
    if (below === 0 || above === 0) return;
    const between = below * above * (sumBelow / below - (sumAll - sumBelow) / above) ** 2;
    if (between > best) [best, bestBin] = [between, bin];
  });
  return (bestBin + 1) / 64;
}

function threshold(scores: Float64Array, limit: number): Uint8Array {
  return Uint8Array.from(scores, (score) => (score >= limit ? 255 : 0));
}

function oval(): Uint8Array {
  return Uint8Array.from({ length: GRID * GRID }, (_, index) => {
    const dx = ((index % GRID) - GRID / 2) / (GRID * 0.34);
    const dy = (Math.floor(index / GRID) - GRID / 2) / (GRID * 0.4);
    return dx * dx + dy * dy < 1 ? 255 : 0;
  });
}
