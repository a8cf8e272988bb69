import { formatMoney, formatPart } from "@/components/format";

/** `delayMs: 35590` as `delay 36 s`: what an event recorded, in the units people read. */
export function eventFact(name: string, value: unknown): string {
  const words = (text: string) => text.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  if (typeof value === "number" && name.endsWith("AtMs"))
    return `${words(name.slice(0, -4))} ${new Date(value).toISOString()}`;
  if (typeof value === "number" && name.endsWith("Ms")) return `${words(name.slice(0, -2))} ${formatPart(value)}`;
  if (typeof value === "number" && name.endsWith("Micros")) return `${words(name.slice(0, -6))} ${formatMoney(value)}`;
  return `${words(name)} ${String(value)}`;
}
