import { once } from "node:events";
import type { Command } from "commander";
import { EXIT } from "./exit-codes";
import type { Tools } from "./tools";
import { addTraffic } from "./traffic";

export function addSandbox(program: Command, tools: Tools): void {
  const sandbox = program
    .command("sandbox")
    .description(
      "run the sandbox alone: local stand-ins for RunPod, Scenario and R2 (switchyard sandbox --help), or sandbox traffic",
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .argument("[options...]", "the sandbox's own; --help lists them")
    .action(async (words: string[]) => {
      const { spawn } = await import("node:child_process");
      const { programArgs } = await import("@/server/supervisor/programs");
      // The fourth channel ends the sandbox when we are killed; a terminal's Ctrl-C reaches it by itself.
      const child = spawn(process.execPath, [...programArgs("sandbox", import.meta.url.endsWith(".ts")), ...words], {
        stdio: ["inherit", "inherit", "inherit", "ipc"],
      });
      const exited = once(child, "exit");
      process.on("SIGINT", () => undefined);
      process.on("SIGTERM", () => child.kill("SIGTERM"));
      const [code] = (await exited) as [number | null];
      tools.exitCode = code === 0 ? EXIT.ok : EXIT.failed;
    });
  addTraffic(sandbox, tools);
}
