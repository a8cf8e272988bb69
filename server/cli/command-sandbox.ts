import { type Config, parseConfig } from "@/server/config";
import { superviseSandbox } from "@/server/supervisor/sandbox-child";
import type { Installation } from "./installation";

/** Starts a sandbox for the length of a command and tells the installation's environment of it. */
export async function startCommandSandbox(
  { config, env }: Installation,
  say: (line: string) => void,
): Promise<{ config: Config; stop: () => Promise<void> }> {
  const child = superviseSandbox({
    dataDir: config.dataDir,
    dev: import.meta.url.endsWith(".ts"),
    options: (env.SWITCHYARD_SANDBOX_OPTIONS ?? "").split(/\s+/).filter(Boolean),
    say,
    // At another address it would be another sandbox: what it was doing is lost with it, and our attempts fail.
    onRestarted: () => undefined,
  });
  say("starting the sandbox, local stand-ins for both providers");
  env.SWITCHYARD_SANDBOX_CONNECTION = await child.start();
  return {
    config: parseConfig(env),
    stop: () => child.stop(new Promise((resolve) => setTimeout(resolve, 3_000).unref())),
  };
}
