/** Numbers as ux.md §4 writes them: number and unit joined by U+202F, none before %. */
const NARROW = "\u202f";

/** One decimal, two from 99 % up; without needless zeros. */
export function percentWords(rate: number): string {
  const percent = rate * 100;
  const digits = Math.abs(percent) > 99 || (percent !== 0 && Math.abs(percent) < 1) ? 2 : 1;
  return `${minus(Number(percent.toFixed(digits)))}%`;
}

/** A difference of rates, with its sign. */
export function pointsWords(difference: number): string {
  const points = Number((difference * 100).toFixed(1));
  return `${points > 0 ? "+" : ""}${minus(points)}${NARROW}pp`;
}

/** One decimal below 10 s, none from there. */
export function secondsWords(ms: number): string {
  const seconds = ms / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)}${NARROW}s`;
}

/** Two units: `3 h 12 min`, `7 d 2 h`. */
export function spanWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))}${NARROW}s`;
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts: string[] = [];
  if (days > 0) parts.push(`${days}${NARROW}d`);
  if (hours > 0) parts.push(`${hours}${NARROW}h`);
  if (days === 0 && rest > 0) parts.push(`${rest}${NARROW}min`);
  return parts.join(" ");
}

export function countWords(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

function minus(value: number): string {
  return String(value).replace("-", "−");
}
