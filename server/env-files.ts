import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Read in this order; the first file that sets a variable wins, and the process environment wins over all. */
export const ENV_FILES = [".hush", ".env.local", ".env"] as const;

export type Environment = Record<string, string | undefined>;

/** The env files' variables under `directory`, merged. A missing file is an empty one; an unreadable one throws. */
export function readEnvFiles(directory: string): Environment {
  const merged: Environment = {};
  for (const name of [...ENV_FILES].reverse()) Object.assign(merged, readEnvFile(directory, name));
  return merged;
}

export function readEnvFile(directory: string, name: (typeof ENV_FILES)[number]): Environment {
  try {
    return parseEnv(readFileSync(join(directory, name), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/**
 * Replaces `NAME_FILE=path` by `NAME=<contents, trimmed>` for the named secrets (Docker, Kubernetes and systemd hand
 * secrets over as files). Gives the variables and what could not be read, by variable, without the contents.
 */
export function readSecretFiles(env: Environment, names: readonly string[]): { env: Environment; problems: string[] } {
  const result: Environment = { ...env };
  const problems: string[] = [];
  for (const name of names) {
    const path = env[`${name}_FILE`];
    if (!path) continue;
    if (env[name]) {
      problems.push(`${name} and ${name}_FILE are both set: keep one`);
      continue;
    }
    try {
      result[name] = readFileSync(path, "utf8").trim();
    } catch (error) {
      problems.push(`${name}_FILE: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? "error"})`);
    }
  }
  return { env: result, problems };
}
