import type { DecodedImage } from "./image-service";
import { OPAQUE_ALPHA_MIN, TRANSPARENT_ALPHA_MAX } from "./limits";

export type PixelStats = Pick<DecodedImage, "deviation" | "alpha">;

/**
 * Deviation and alpha shares of interleaved 8-bit pixels; 2 or 4 channels mean that the last one is alpha. Colours
 * count as premultiplied, since what stands under a transparent pixel is seen by nobody.
 */
export function pixelStats(pixels: Uint8Array, channels: number): PixelStats {
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const count = Math.floor(pixels.length / channels);
  if (count === 0) return { deviation: 0, alpha: hasAlpha ? { transparentShare: 0, opaqueShare: 0 } : null };
  // Histograms instead of sums: exact whatever the size, and one pass of integer work.
  const histograms = Array.from({ length: channels }, () => new Float64Array(256));
  for (const [channel, histogram] of histograms.entries()) {
    const isColour = channel < colours;
    for (let at = channel; at < pixels.length; at += channels) {
      const value = pixels[at] ?? 0;
      const alpha = hasAlpha && isColour ? (pixels[at - channel + colours] ?? 0) : 255;
      const seen = alpha === 255 ? value : Math.round((value * alpha) / 255);
      histogram[seen] = (histogram[seen] ?? 0) + 1;
    }
  }
  const deviation = Math.max(...histograms.map((histogram) => deviationOf(histogram, count)));
  const alphas = hasAlpha ? histograms[colours] : undefined;
  if (!alphas) return { deviation, alpha: null };
  const share = (from: number, to: number) => alphas.subarray(from, to + 1).reduce((sum, n) => sum + n, 0) / count;
  return {
    deviation,
    alpha: { transparentShare: share(0, TRANSPARENT_ALPHA_MAX), opaqueShare: share(OPAQUE_ALPHA_MIN, 255) },
  };
}

function deviationOf(histogram: Float64Array, count: number): number {
  let sum = 0;
  for (const [value, n] of histogram.entries()) sum += value * n;
  const mean = sum / count;
  let squares = 0;
  for (const [value, n] of histogram.entries()) squares += n * (value - mean) ** 2;
  return Math.sqrt(squares / count);
}
