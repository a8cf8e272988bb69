import type { Command } from "commander";
import type { ConfigVariable } from "@/server/config-variables";
import type { Environment } from "@/server/env-files";
import { EXIT } from "./exit-codes";
import { NOTHING, table } from "./format";
import type { Tools } from "./tools";

export interface VariableState {
  name: string;
  secret: boolean;
  isSet: boolean;
  /** Where the value in force comes from; null when nothing says anything. */
  from: string | null;
  /** Never a secret's. Null: not set and nothing assumed, or a secret. */
  value: string | null;
}

export function addEnv(program: Command, tools: Tools): void {
  program
    .command("env")
    .description("show every configuration variable: whether it is set, and where (exit code 2 on a wrong one)")
    .option("--json", "print them as JSON")
    .action(async (options: { json?: boolean }) => {
      const [{ ConfigError, parseConfig }, { configVariables }] = await Promise.all([
        import("@/server/config"),
        import("@/server/config-variables"),
      ]);
      const { ENV_FILES, readEnvFile, readEnvFiles } = await import("@/server/env-files");
      const folder = process.cwd();
      const files = ENV_FILES.map((name) => ({ name: name as string, variables: readEnvFile(folder, name) }));
      const states = variableStates(configVariables(), tools.env, files);
      if (options.json) tools.terminal.data(JSON.stringify(states, null, 2));
      else for (const line of variableLines(states)) tools.terminal.data(line);
      try {
        parseConfig({ ...readEnvFiles(folder), ...tools.env });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        tools.terminal.say(error.message);
        tools.exitCode = EXIT.usage;
      }
    });
}

/** The process environment wins over the files, the files by their order; an empty value counts as not set. */
export function variableStates(
  variables: ConfigVariable[],
  processEnv: Environment,
  files: { name: string; variables: Environment }[],
): VariableState[] {
  const places = [{ name: "environment", variables: processEnv }, ...files];
  const find = (name: string) => {
    // Merged as the configuration merges them: an empty value in front hides what stands behind it.
    const place = places.find(({ variables: given }) => given[name] !== undefined);
    const value = place?.variables[name]?.trim();
    return place && value ? { place: place.name, value } : null;
  };
  return variables.map(({ name, secret, default: assumed }) => {
    const direct = find(name);
    if (direct) return { name, secret, isSet: true, from: direct.place, value: secret ? null : direct.value };
    const file = secret ? find(`${name}_FILE`) : null;
    if (file) return { name, secret, isSet: true, from: `${name}_FILE in ${file.place}: ${file.value}`, value: null };
    return { name, secret, isSet: false, from: assumed === null ? null : "default", value: assumed };
  });
}

function variableLines(states: VariableState[]): string[] {
  const rows = states.map((state) => [
    state.name,
    state.isSet ? "set" : NOTHING,
    state.value ?? (state.secret && state.isSet ? "[secret]" : NOTHING),
    state.from ?? "",
  ]);
  return table(["variable", "set", "value", "from"], rows);
}
