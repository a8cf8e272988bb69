import type { DecodedImage, ImageMimeType } from "./image-service";
import type { PictureRule } from "./picture-problem";

/** What the pool sends to a decoding process. */
export interface DecodeJob {
  id: number;
  mimeType: ImageMimeType;
  bytes: Uint8Array;
  /** Also give the picture on a square grid of so many cells a side. */
  sampleSide?: number;
}

/** What a decoding process sends back; `ready` once, after it has proved that the other loaders are blocked. */
export type DecodeAnswer =
  | { kind: "ready" }
  | { kind: "unfit"; reason: string }
  | { kind: "decoded"; id: number; image: DecodedImage }
  | { kind: "refused"; id: number; rule: PictureRule; message: string };
