import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { generationParamsSchema } from "@/server/domain/generation-request";
import { cliCommand } from "./cli-command";

/** The arguments as a real shell hands them on. */
function argumentsOf(command: string): string[] {
  const script = `npm() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

it("asks for the same generation, whatever the prompt holds", () => {
  const prompt = `--out it's "$(rm -rf /)"`;
  const params = generationParamsSchema.parse({
    ...{ operation: "img2img", prompt, negativePrompt: "blur", seed: 7, strength: 0.6 },
    ...{ width: 512, height: 768, steps: 20, guidance: 3.5 },
  });
  const args = argumentsOf(
    cliCommand({ params, environment: "sandbox", provider: "comfyui", imageName: "my cat's.png" }),
  );
  expect(args.slice(0, 5)).toEqual(["run", "-s", "switchyard", "--", "generate"]);
  expect(args.slice(-2)).toEqual(["--", prompt]);
  const options = Object.fromEntries(
    args.slice(5, -2).reduce<[string, string][]>((pairs, word, index, all) => {
      if (index % 2 === 0) pairs.push([word, all[index + 1] ?? ""]);
      return pairs;
    }, []),
  );
  expect(options).toEqual({
    "--operation": "img2img",
    "--image": "my cat's.png",
    "--negative": "blur",
    "--width": "512",
    "--height": "768",
    "--steps": "20",
    "--guidance": "3.5",
    "--seed": "7",
    "--strength": "0.6",
    "--provider": "comfyui",
    "--environment": "sandbox",
    "--out": "picture.png",
  });
});

it("names no prompt and no provider where there is none", () => {
  const params = generationParamsSchema.parse({ operation: "remove_background" });
  const args = argumentsOf(cliCommand({ params, environment: "sandbox", provider: null, imageName: "a.png" }));
  expect(args).not.toContain("--provider");
  expect(args.at(-1)).toBe("picture.png");
});
