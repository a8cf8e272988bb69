/** Which rule a picture broke. The caller of the picture decides whose fault that is. */
export type PictureRule =
  | "empty"
  | "too_large"
  | "format"
  | "too_many_pixels"
  | "animation"
  | "trailing_bytes"
  | "undecodable"
  | "decoder_timeout"
  | "decoder_memory"
  | "decoder_crash"
  | "size"
  | "blank"
  | "no_alpha"
  | "nothing_cut"
  | "nothing_left";

const BRAND = Symbol.for("switchyard.picture-problem");

/** A picture that is not accepted; the message states the rule, fit to stand after "the picture ". */
export class PictureProblem extends Error {
  readonly [BRAND] = true;
  override readonly name: string = "PictureProblem";
  constructor(
    readonly rule: PictureRule,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown): value is PictureProblem {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
