import { generationStep, requireSucceeded } from "../item-context";
import { ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";

/** Not square: width and height that were swapped would show. */
const WIDTH = 768;
const HEIGHT = 512;
const BLANK_DEVIATION_MAX = 2;
const SAMPLE_SIDE = 16;

export const runTxt2img: RunItem = async (context) => {
  const detail = await context.generate("picture", {
    params: pictureParams({
      operation: "txt2img",
      prompt: "a red fox in snow, photograph, soft morning light",
      width: WIDTH,
      height: HEIGHT,
      seed: 11,
    }),
  });
  await context.record(generationStep("generated", detail));
  requireSucceeded(detail);
  const { bytes, image } = await context.pictureOf(detail);
  const decoded = await context.deps.images.sample(bytes, SAMPLE_SIDE, context.signal);
  const hasSize = decoded.width === WIDTH && decoded.height === HEIGHT;
  const isBlank = decoded.deviation <= BLANK_DEVIATION_MAX;
  const size = `${decoded.width} × ${decoded.height}`;
  await context.record({
    name: "read back and decoded",
    ok: hasSize && !isBlank,
    words: `${bytes.byteLength} bytes from ${image.location === "r2" ? "R2" : "the local disk"}, same hash, ${size}`,
    figures: { sizeBytes: bytes.byteLength, deviation: Math.round(decoded.deviation * 10) / 10 },
    images: [image],
  });
  if (!hasSize)
    throw new ItemFailure(`the picture has ${size} pixels, ${WIDTH} × ${HEIGHT} were asked for`, "bad_output");
  if (isBlank) throw new ItemFailure("the picture is blank", "bad_output");
  return { state: "passed", words: `${size}, not blank, stored and read back by its hash` };
};
