import { badRequest } from "./call";

export const WAIT_MAX_S = 300;

export interface Preferences {
  /** Seconds to wait for the end; 0: do not wait. */
  waitS: number;
  minimal: boolean;
  /** As to be said back in Preference-Applied. */
  applied: string[];
}

/**
 * RFC 7240: `wait=N` and `return=minimal`; preferences that we do not know are passed over, as it asks. A `wait` that
 * cannot be is refused: dropped in silence, the caller would take a 202 for an end.
 */
export function parsePrefer(value: string | null): Preferences {
  const preferences: Preferences = { waitS: 0, minimal: false, applied: [] };
  for (const part of (value ?? "").split(",")) {
    const [name = "", text = ""] =
      part
        .split(";")[0]
        ?.split("=")
        .map((word) => word.trim().toLowerCase()) ?? [];
    if (name === "wait") {
      const seconds = Number(text.replaceAll('"', ""));
      if (text === "" || !Number.isInteger(seconds) || seconds < 0 || seconds > WAIT_MAX_S)
        throw badRequest("prefer", `wait must be a whole number of seconds from 0 to ${WAIT_MAX_S}`);
      preferences.waitS = seconds;
      preferences.applied.push(`wait=${seconds}`);
    } else if (name === "return" && text.replaceAll('"', "") === "minimal") {
      preferences.minimal = true;
      preferences.applied.push("return=minimal");
    }
  }
  return preferences;
}
