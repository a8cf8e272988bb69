import type { Command } from "commander";
import { POLICY_PARTS, type RolloutPolicy } from "@/server/domain/gates-policy";
import { usageError } from "./exit-codes";
import { table } from "./format";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, requireReason } from "./rollout-options";
import type { Tools } from "./tools";

interface PolicyOptions {
  environment?: string;
  set?: string[];
  reason?: string;
  json?: boolean;
}

export function addPolicy(program: Command, tools: Tools): void {
  program
    .command("policy")
    .description("show or change the thresholds of the gates and what happens by itself")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option(
      "--set <key=value...>",
      "such as automation.rollBack=off or gates.holdHours=48; value default takes it back",
    )
    .option("--reason <text>", "why, in 8 characters or more; needed with --set")
    .option("--json", "print it as JSON")
    .action((options: PolicyOptions) => run(tools, options));
}

/** `automation.rollBack=off` as a change of the policy; what the value may be says the policy itself. */
export function readChange(settings: readonly string[]) {
  const change: Record<(typeof POLICY_PARTS)[number], Record<string, unknown>> = {
    gates: {},
    automation: {},
    checklist: {},
  };
  for (const setting of settings) {
    const [, named, key, value] = /^([a-z]+)\.([A-Za-z0-9]+)=(.+)$/.exec(setting) ?? [];
    const part = POLICY_PARTS.find((name) => name === named);
    if (part === undefined || key === undefined || value === undefined) {
      const forms = POLICY_PARTS.map((name) => `${name}.<key>=<value>`).join(" or ");
      throw usageError("--set", `must be ${forms}, not "${setting}"`);
    }
    change[part][key] = parseValue(value.trim());
  }
  return change;
}

function parseValue(text: string): unknown {
  if (text === "default") return null;
  if (text === "on" || text === "true") return true;
  if (text === "off" || text === "false") return false;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

async function run({ terminal }: Tools, options: PolicyOptions): Promise<void> {
  const change = options.set === undefined ? null : readChange(options.set);
  const reason = change === null ? "" : requireReason(options.reason);
  const { withRollout } = await import("./open-rollout");
  const { readPolicy } = await import("@/server/rollout/gates/read-policy");
  const { changePolicy } = await import("@/server/rollout/gates/change-policy");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      const policy =
        change === null
          ? await readPolicy(deps.db, environment)
          : await changePolicy(deps, operator, { environment, change, reason });
      if (options.json) return terminal.data(JSON.stringify({ environment, ...policy }, null, 2));
      for (const line of policyLines(policy)) terminal.data(line);
    },
  );
}

function policyLines(policy: RolloutPolicy): string[] {
  const rows = POLICY_PARTS.flatMap((part) =>
    Object.entries(policy[part]).map(([key, value]) => [
      `${part}.${key}`,
      typeof value === "boolean" ? (value ? "on" : "off") : String(value),
    ]),
  );
  return table(["key", "value"], rows);
}
