import type { Command } from "commander";
import { CANDIDATE, PROVIDER_WORDS, parseProviderId } from "@/server/domain/vocabulary";
import { usageError } from "./exit-codes";
import { addShareOptions, type ShareOptions } from "./share";
import type { Tools } from "./tools";

export function addProvider(program: Command, tools: Tools): void {
  const provider = program
    .command("provider")
    .description("show who serves, or send all traffic to one provider, as IMAGE_GENERATION_PROVIDER does")
    .argument("[name]", "scenario, comfyui or runpod (which means comfyui)");
  addShareOptions(provider).action(async (name: string | undefined, options: ShareOptions) => {
    const { runShare, showShare } = await import("./run-share");
    if (name === undefined) {
      tools.exitCode = await showShare(tools, options);
      return;
    }
    const id = parseProviderId(name);
    if (id === null) throw usageError("provider", `must be one of ${PROVIDER_WORDS.join(", ")}, not "${name}"`);
    tools.exitCode = await runShare(tools, id === CANDIDATE ? 10_000 : 0, options);
  });
}
