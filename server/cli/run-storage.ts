import type { StorageCheck } from "@/server/domain/storage";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { recordStorageCheck } from "@/server/images/record-storage-check";
import { installationSecret } from "@/server/installation-secret";
import { ensureEnvironments } from "@/server/rollout/ensure-environments";
import { startCommandSandbox } from "./command-sandbox";
import { EXIT } from "./exit-codes";
import { milliseconds, pairs } from "./format";
import { chooseEnvironment, openInstallation } from "./installation";
import type { StorageCheckOptions } from "./storage";
import type { Tools } from "./tools";

export async function runStorageCheck({ terminal }: Tools, options: StorageCheckOptions): Promise<number> {
  const say = (line: string) => terminal.say(line);
  const installation = await openInstallation(say);
  const closing: (() => Promise<void>)[] = [installation.close];
  try {
    let { config } = installation;
    const environment = chooseEnvironment(installation, options.environment);
    if (environment === SANDBOX_ENVIRONMENT && config.sandbox === null && config.r2 === null) {
      const sandbox = await startCommandSandbox(installation, say);
      closing.push(sandbox.stop);
      config = sandbox.config;
    }
    const secret = await installationSecret(config);
    await ensureEnvironments(installation.connection, { ...config, environments: installation.environments });
    const operator = { principal: installation.principal, via: "cli", requestId: null } as const;
    const stores = await recordStorageCheck({ db: installation.connection.db, config, secret }, operator, environment);
    if (options.json) terminal.data(JSON.stringify({ environment, stores }, null, 2));
    else for (const line of stores.flatMap(storeLines)) terminal.data(line);
    return stores.every(({ ok }) => ok) ? EXIT.ok : EXIT.check;
  } finally {
    for (const step of closing.reverse()) await step();
  }
}

const MARKS = { passed: "ok", failed: "FAILED", left_out: "–" } as const;

function storeLines({ store, where, ok, fault, steps }: StorageCheck): string[] {
  const name = store === "r2" ? "R2" : "disk";
  return [
    `${name}: ${ok ? "works" : `DOES NOT WORK (${fault})`}, ${where}`,
    ...pairs(
      steps.map(({ step, outcome, tookMs, note }): [string, string] => [
        step.replace("_", " "),
        `${MARKS[outcome]}${outcome === "left_out" ? "" : ` (${milliseconds(tookMs)})`}  ${note}`,
      ]),
      "  ",
    ),
  ];
}
