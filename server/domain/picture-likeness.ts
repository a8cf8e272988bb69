/** A picture on a small square grid: brightness and cover of each cell, 0 to 255. */
export interface PictureSample {
  side: number;
  luma: Uint8Array;
  alpha: Uint8Array;
}

/** Mean absolute difference of brightness, 0 (the same) to 255. */
export function meanDifference(a: PictureSample, b: PictureSample): number {
  requireSameGrid(a, b);
  let sum = 0;
  for (const [at, value] of a.luma.entries()) sum += Math.abs(value - (b.luma[at] ?? 0));
  return sum / a.luma.length;
}

const WINDOW = 8;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of brightness (Wang, Bovik, Sheikh and Simoncelli 2004), mean over windows of 8 × 8 cells that
 * overlap by half: 1 for the same picture, near 0 for pictures that have nothing to do with each other.
 */
export function structuralSimilarity(a: PictureSample, b: PictureSample): number {
  requireSameGrid(a, b);
  const { side } = a;
  let sum = 0;
  let windows = 0;
  for (let top = 0; top + WINDOW <= side; top += WINDOW / 2) {
    for (let left = 0; left + WINDOW <= side; left += WINDOW / 2) {
      sum += windowSimilarity(a, b, left, top);
      windows += 1;
    }
  }
  return windows === 0 ? 0 : sum / windows;
}

function windowSimilarity(a: PictureSample, b: PictureSample, left: number, top: number): number {
  const n = WINDOW * WINDOW;
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + WINDOW; y++) {
    for (let x = left; x < left + WINDOW; x++) {
      const valueA = a.luma[y * a.side + x] ?? 0;
      const valueB = b.luma[y * b.side + x] ?? 0;
      sumA += valueA;
      sumB += valueB;
      squareA += valueA * valueA;
      squareB += valueB * valueB;
      product += valueA * valueB;
    }
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  const varianceA = squareA / n - meanA * meanA;
  const varianceB = squareB / n - meanB * meanB;
  const covariance = product / n - meanA * meanB;
  return (
    ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2))
  );
}

const HALF = 128;

/**
 * How much of a known subject a cut-out has kept, and how much of what it has kept is the subject; both as shares of
 * cells. `subject` has 255 where the subject is.
 */
export function cutOutMatch(cutOut: PictureSample, subject: Uint8Array): { keptShare: number; subjectShare: number } {
  if (subject.length !== cutOut.alpha.length) throw new RangeError("cut-out and outline have different grids");
  let [inSubject, kept, both] = [0, 0, 0];
  for (const [at, cover] of cutOut.alpha.entries()) {
    const isSubject = (subject[at] ?? 0) >= HALF;
    const isKept = cover >= HALF;
    if (isSubject) inSubject += 1;
    if (isKept) kept += 1;
    if (isSubject && isKept) both += 1;
  }
  return { keptShare: inSubject === 0 ? 0 : both / inSubject, subjectShare: kept === 0 ? 0 : both / kept };
}

function requireSameGrid(a: PictureSample, b: PictureSample): void {
  if (a.side !== b.side || a.luma.length !== b.luma.length)
    throw new RangeError(`pictures were sampled on different grids: ${a.side} and ${b.side}`);
}
