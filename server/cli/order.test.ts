import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "@/server/errors";
import { describeError } from "./describe-error";
import { readOrder } from "./order";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-test-"));
  writeFileSync(join(folder, "in.png"), "bytes");
  writeFileSync(join(folder, "empty.png"), "");
  writeFileSync(join(folder, "big.png"), Buffer.alloc(8 * 1024 * 1024));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const order = (prompt: string | undefined, options: Parameters<typeof readOrder>[2] = {}) =>
  readOrder({ SWITCHYARD_CALLER_DIR: folder }, prompt, options);

async function rules(...input: Parameters<typeof order>): Promise<string> {
  const error: unknown = await order(...input).catch((caught: unknown) => caught);
  if (!AppError.is(error)) throw new Error("it was not refused");
  expect(error.code).toBe("BAD_REQUEST");
  return describeError(error);
}

describe("readOrder", () => {
  it("takes a prompt alone, and mints an idempotency key each time", async () => {
    const [one, two] = [await order("a fox"), await order("a fox")];
    expect(one).toMatchObject({
      environment: null,
      params: { operation: "txt2img", prompt: "a fox", width: null, count: 1 },
      image: null,
      provider: null,
      deadlineMs: null,
    });
    expect(one.idempotencyKey).not.toBe(two.idempotencyKey);
  });

  it("reads every option", async () => {
    const read = await order("a fox", {
      size: "768x512",
      steps: "20",
      guidance: "3.5",
      seed: "7",
      strength: "0.6",
      count: "2",
      provider: "RunPod",
      key: "user-1",
      idempotencyKey: "key-1",
      timeout: "90",
      negative: "blur",
      image: "in.png",
      environment: "staging",
    });
    expect(read).toMatchObject({
      environment: "staging",
      provider: "comfyui",
      stickyKey: "user-1",
      idempotencyKey: "key-1",
      deadlineMs: 90_000,
      params: {
        operation: "img2img",
        width: 768,
        height: 512,
        steps: 20,
        guidance: 3.5,
        seed: 7,
        strength: 0.6,
        count: 2,
      },
    });
    expect(read.image).toEqual({ bytes: Buffer.from("bytes") });
    expect((await order("a fox", { image: "https://example.com/a.png" })).image).toEqual({
      url: "https://example.com/a.png",
    });
  });

  it.each<[string, string | undefined, Parameters<typeof readOrder>[2], RegExp]>([
    ["no prompt", undefined, {}, /^prompt is required for txt2img$/],
    ["an empty prompt", "  ", {}, /^prompt must not be empty$/],
    ["an unknown operation", "x", { operation: "upscale" }, /--operation must be one of txt2img/],
    ["an unknown provider", "x", { provider: "dalle" }, /--provider must be one of scenario, comfyui, runpod/],
    ["a number that is none", "x", { steps: "many" }, /--steps must be a whole number/],
    ["five pictures", "x", { count: "5" }, /--count must be at most 4/],
    ["strength 0", "x", { strength: "0", image: "in.png" }, /--strength must be at least 0.01/],
    ["strength without a picture", "x", { strength: "0.5" }, /--strength is only used by img2img/],
    ["half a size", "x", { width: "512" }, /--height must be given when the other side is/],
    ["two sizes", "x", { width: "512", size: "512x512" }, /--size excludes --width and --height/],
    ["a deadline of a second", "x", { timeout: "1" }, /--timeout must be from 5 to 3600 seconds/],
    ["a missing file", "x", { image: "gone.png" }, /--image names no file: gone.png/],
    ["an empty file", "x", { image: "empty.png" }, /--image must be a picture; empty.png is empty/],
    ["a file of 8 MiB", "x", { image: "big.png" }, /--image must have at most 7340032 bytes/],
    ["a folder", "x", { image: "." }, /--image cannot be read: . \(EISDIR\)/],
    ["a picture for txt2img", "x", { image: "in.png", operation: "txt2img" }, /--image is not used by txt2img/],
    ["no picture", undefined, { operation: "remove_background" }, /--image is required for remove_background/],
    ["an empty key", "x", { idempotencyKey: "" }, /--idempotency-key must not be empty/],
  ])("refuses %s by its option and rule", async (_what, prompt, options, rule) => {
    expect(await rules(prompt, options)).toMatch(rule);
  });

  it("names every broken rule at once", async () => {
    const text = await rules("", { operation: "upscale", steps: "x", provider: "y" });
    expect(text.split("\n")).toHaveLength(4);
  });
});
