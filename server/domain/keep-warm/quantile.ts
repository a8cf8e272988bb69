/** The value of that rank (from 0) among the first `n`, which are reordered: Hoare's selection, linear on average. */
function select(values: Float64Array, n: number, rank: number): number {
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number; // within 0 to n − 1
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left += 1;
      while ((values[right] as number) > pivot) right -= 1;
      if (left > right) break;
      const value = values[left] as number;
      values[left] = values[right] as number;
      values[right] = value;
      left += 1;
      right -= 1;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] as number;
}

/** The smallest value that `share` of them do not exceed; reorders `values`. Null: there are none. */
export function quantileOf(values: Float64Array, n: number, share: number): number | null {
  if (n === 0) return null;
  return select(values, n, Math.min(n - 1, Math.max(0, Math.ceil(share * n) - 1)));
}
