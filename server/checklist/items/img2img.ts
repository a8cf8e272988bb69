import { meanDifference, type PictureSample, structuralSimilarity } from "@/server/domain/picture-likeness";
import { generationStep, requireSucceeded } from "../item-context";
import { testPicture } from "../test-picture";
import { type ItemContext, ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";

const SIDE = 64;
const WEAK = 0.3;
const STRONG = 0.9;

interface Likeness {
  difference: number;
  similarity: number;
}

export const runImg2img: RunItem = async (context) => {
  const input = testPicture();
  const { sample } = await context.deps.images.sample(input, SIDE, context.signal);
  const weak = await repaint(context, input, sample, WEAK);
  const strong = await repaint(context, input, sample, STRONG);
  const { differenceMin, similarityMin } = context.policy;
  const rules: [boolean, string][] = [
    [
      weak.difference >= differenceMin,
      `at ${WEAK} it is the input again: difference ${weak.difference}, at least ${differenceMin} wanted`,
    ],
    [
      weak.similarity >= similarityMin,
      `at ${WEAK} it does not resemble the input: similarity ${weak.similarity}, at least ${similarityMin} wanted`,
    ],
    [
      weak.difference < strong.difference && weak.similarity > strong.similarity,
      `strength is not respected: at ${WEAK} difference ${weak.difference} and similarity ${weak.similarity}, at ${STRONG} ${strong.difference} and ${strong.similarity}`,
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  await context.record({
    name: "compared",
    ok: broken === undefined,
    words: broken?.[1] ?? `changed, still alike, and ${WEAK} is nearer to the input than ${STRONG}`,
    figures: {
      differenceWeak: weak.difference,
      differenceStrong: strong.difference,
      differenceMin,
      similarityWeak: weak.similarity,
      similarityStrong: strong.similarity,
      similarityMin,
    },
  });
  if (broken) throw new ItemFailure(broken[1], "bad_output");
  const words = `difference ${weak.difference} and ${strong.difference}, similarity ${weak.similarity} and ${strong.similarity} at ${WEAK} and ${STRONG}`;
  return { state: "passed", words };
};

async function repaint(
  context: ItemContext,
  input: Uint8Array,
  original: PictureSample,
  strength: number,
): Promise<Likeness> {
  const detail = await context.generate(`strength-${strength}`, {
    params: pictureParams({
      operation: "img2img",
      prompt: "a glass marble on a wooden table, oil painting",
      // The same seed for both: only the strength may tell them apart.
      seed: 12,
      strength,
    }),
    image: { load: async () => input },
  });
  await context.record(generationStep(`repainted at ${strength}`, detail));
  requireSucceeded(detail);
  const { bytes } = await context.pictureOf(detail);
  const { sample } = await context.deps.images.sample(bytes, SIDE, context.signal);
  return {
    difference: round(meanDifference(original, sample), 1),
    similarity: round(structuralSimilarity(original, sample), 3),
  };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
