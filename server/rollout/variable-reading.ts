import { PROVIDER_WORDS, type ProviderId, parseProviderId } from "@/server/domain/vocabulary";

/** What one place says of `IMAGE_GENERATION_PROVIDER`. */
export interface VariableReading {
  /** Null: not set, or no provider's name. */
  provider: ProviderId | null;
  /** Why a value that is there is ignored. */
  problem: string | null;
}

const SHOWN_CHARS = 60;

/** Reads the raw value as it stands in the environment or a file; empty counts as not set. */
export function readVariable(raw: string | undefined): VariableReading {
  const value = raw?.trim() ?? "";
  if (value === "") return { provider: null, problem: null };
  const provider = parseProviderId(value);
  if (provider !== null) return { provider, problem: null };
  const shown = value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value;
  return {
    provider: null,
    problem: `IMAGE_GENERATION_PROVIDER holds "${shown}", which is ignored; it may be ${PROVIDER_WORDS.join(", ")}`,
  };
}
