import type { Command } from "commander";
import { ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface GenerateOptions {
  out?: string;
  force?: boolean;
  provider?: string;
  operation?: string;
  image?: string;
  negative?: string;
  size?: string;
  width?: string;
  height?: string;
  steps?: string;
  guidance?: string;
  seed?: string;
  strength?: string;
  count?: string;
  key?: string;
  idempotencyKey?: string;
  environment?: string;
  timeout?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  switchyard generate "a red fox in snow" --out fox.png
  switchyard generate "as a watercolour" --image fox.png --strength 0.6 --out painted.png --provider comfyui
  switchyard generate --operation remove_background --image fox.png --out cut-out.png

Ctrl-C cancels the generation and waits for its end; a second one leaves at once. Killed in the middle, the same
command with the --idempotency-key that it printed goes on with the same generation.`;

export function addGenerate(program: Command, tools: Tools): void {
  program
    .command("generate")
    .description("make pictures and wait for them")
    .argument("[prompt]", "what to make; not used by remove_background")
    .option("-o, --out <file>", "write the picture here; several become name-1.png, name-2.png, …")
    .option("--force", "overwrite files that are there")
    .option("--provider <name>", "scenario, comfyui or runpod (which means comfyui); default: as routed")
    .option("--operation <name>", "txt2img, img2img or remove_background; default: img2img with --image, else txt2img")
    .option("--image <file-or-url>", "the picture to work on: PNG, JPEG or WebP, at most 7 MiB")
    .option("--negative <text>", "what to keep out of the picture")
    .option("--size <WxH>", "such as 1024x768, in steps of 16; default: the provider's")
    .option("--width <pixels>", "together with --height, instead of --size")
    .option("--height <pixels>", "together with --width, instead of --size")
    .option("--steps <n>", "sampling steps; default: the provider's")
    .option("--guidance <x>", "how closely to follow the prompt; default: the provider's")
    .option("--seed <n>", "same seed, same picture; default: drawn, and shown by --json")
    .option("--strength <x>", "0.01 to 1: how far img2img may leave its picture")
    .option("--count <n>", "how many pictures, 1 to 4; default 1")
    .option("--key <text>", "sticky key: what keeps one user or project on one provider")
    .option("--idempotency-key <text>", "the same key gets the same generation; default: a new one")
    .option(ENVIRONMENT_FLAGS, "default: the installation's, or the API key's")
    .option("--timeout <seconds>", "deadline of the generation, 5 to 3600; default: the provider's")
    .option("--json", "print the whole generation as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (prompt: string | undefined, options: GenerateOptions) => {
      const { runGenerate } = await import("./run-generate");
      tools.exitCode = await runGenerate(tools, prompt, options);
    });
}
