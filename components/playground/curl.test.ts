import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { generationParamsSchema } from "@/server/domain/generation-request";
import { curlCommand } from "./curl";

/** The arguments as a real shell hands them on: `curl` is replaced by a function that prints them. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const env = { ...process.env, SWITCHYARD_API_KEY: "the-key" };
  return execFileSync("sh", ["-c", script], { encoding: "utf8", env }).split("\0").slice(0, -1);
}

it("sends the prompt through a shell unharmed, whatever it holds", () => {
  const prompt = `it's a "fox"; $(rm -rf /) \`x\` \\ ünï\nsecond line`;
  const params = generationParamsSchema.parse({ operation: "txt2img", prompt, seed: 7 });
  const args = argumentsOf(
    curlCommand({
      origin: "http://127.0.0.1:3000",
      params,
      environment: "sandbox",
      provider: "comfyui",
      imageName: null,
    }),
  );
  const body = JSON.parse(args[args.indexOf("-d") + 1] ?? "");
  expect(body).toEqual({
    operation: "txt2img",
    prompt,
    seed: 7,
    count: 1,
    provider: "comfyui",
    environment: "sandbox",
  });
  expect(args).toContain("Authorization: Bearer the-key");
});

it("sends a picture as a form", () => {
  const params = generationParamsSchema.parse({ operation: "remove_background" });
  const args = argumentsOf(
    curlCommand({ origin: "http://h", params, environment: "sandbox", provider: null, imageName: "my cat's.png" }),
  );
  expect(args).toContain("image=@my cat's.png");
  expect(args).toContain("operation=remove_background");
  expect(args).not.toContain("-d");
});
