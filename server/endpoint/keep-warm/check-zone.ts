import { AppError } from "@/server/errors";

/** Throws BAD_REQUEST for what is no time zone's name. */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
  } catch {
    const rule = `must be a time zone such as Europe/Berlin, not "${zone.slice(0, 60)}"`;
    throw new AppError("BAD_REQUEST", `zone ${rule}`, { problems: [{ field: "zone", rule }] });
  }
}
