import { cutOutMatch } from "@/server/domain/picture-likeness";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { generationStep, requireSucceeded } from "../item-context";
import { testPicture, testSubject } from "../test-picture";
import { ItemFailure, type RunItem } from "../types";
import { pictureParams } from "./params";

const SIDE = 64;

export const runRemoveBackground: RunItem = async (context) => {
  const { policy, deps, run } = context;
  if (policy.skipBackgroundRemoval !== "")
    return { state: "skipped", words: `not used: ${policy.skipBackgroundRemoval}` };
  const unavailable = deps.provider(run.environment, run.provider)?.unavailable("remove_background") ?? null;
  if (unavailable !== null)
    return { state: "skipped", words: `not used on ${PROVIDER_NAMES[run.provider]}: ${unavailable}` };

  const detail = await context.generate("cut-out", {
    params: pictureParams({ operation: "remove_background" }),
    image: { load: async () => testPicture() },
  });
  await context.record(generationStep("cut out", detail));
  requireSucceeded(detail);
  const { bytes } = await context.pictureOf(detail);
  const { alpha, sample } = await deps.images.sample(bytes, SIDE, context.signal);
  if (!alpha) throw new ItemFailure("the result has no alpha channel", "bad_output");
  const match = cutOutMatch(sample, testSubject(SIDE));
  const figures = {
    transparentShare: round(alpha.transparentShare),
    opaqueShare: round(alpha.opaqueShare),
    keptShare: round(match.keptShare),
    subjectShare: round(match.subjectShare),
    matchMin: policy.cutOutMatchMin,
  };
  const problem =
    match.keptShare < policy.cutOutMatchMin
      ? `only ${percent(match.keptShare)} of the subject was kept`
      : match.subjectShare < policy.cutOutMatchMin
        ? `only ${percent(match.subjectShare)} of what was kept is the subject`
        : null;
  const words = `${percent(alpha.transparentShare)} cut away; ${percent(match.keptShare)} of the subject kept`;
  await context.record({ name: "measured", ok: problem === null, words: problem ?? words, figures });
  if (problem) throw new ItemFailure(problem, "bad_output");
  return { state: "passed", words };
};

const round = (share: number) => Number(share.toFixed(3));
const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
