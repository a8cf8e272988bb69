/**
 * A whole amount shared by weights, in whole units that add up to it exactly: what rounding leaves goes to the largest
 * remainders, the first of equals first. Without any weight all of it goes to the first.
 */
export function splitAmount(amount: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + BigInt(weight), 0n);
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? amount : 0));
  const sign = amount < 0 ? -1 : 1;
  const whole = BigInt(Math.abs(amount));
  const shares = weights.map((weight) => whole * BigInt(weight));
  const parts = shares.map((share) => share / sum);
  const left = Number(whole - parts.reduce((total, part) => total + part, 0n));
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share % sum }))
    .sort((one, other) => Number(other.remainder > one.remainder) - Number(other.remainder < one.remainder));
  const lucky = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return parts.map((part, index) => sign * (Number(part) + (lucky.has(index) ? 1 : 0)) + 0);
}
