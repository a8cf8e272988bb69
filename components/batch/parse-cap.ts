/** Millionths of a dollar of `2.00`, counted in digits; null: no amount. */
export function parseCap(text: string): number | null {
  const match = /^\$?\s*(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) return null;
  const micros = Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0"));
  return micros > 0 ? micros : null;
}
