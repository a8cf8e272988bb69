import type { StoredMimeType } from "@/server/domain/object-key";
import type { PictureSample } from "@/server/domain/picture-likeness";
import type { StoredInput } from "@/server/gateway/types";
import type { ObjectStore, StoredObject, StoresFound } from "./object-store";
import type { AddressedPicture } from "./picture-address";

export type ImageMimeType = StoredMimeType;

/** What full decoding found. */
export interface DecodedImage {
  mimeType: ImageMimeType;
  width: number;
  height: number;
  /** The largest standard deviation of any channel, 0 to 255, colours premultiplied: a blank picture has (almost) none. */
  deviation: number;
  /** Null without an alpha channel; else the share of pixels that are (nearly) transparent and (nearly) opaque. */
  alpha: { transparentShare: number; opaqueShare: number } | null;
  /** Only where it was asked for. */
  sample?: PictureSample;
}

/** What a provider's picture must satisfy before a generation may be called succeeded. */
export interface OutputExpectation {
  width: number | null;
  height: number | null;
  /** Background removal: alpha must exist and be neither empty nor full. */
  needsAlpha: boolean;
}

export interface Spool extends Pick<ObjectStore, "move" | "dropFile" | "r2Problem"> {
  diskId: string;
}

export interface StoredImage extends StoredInput {
  decoded: DecodedImage;
}

export interface ImageService {
  /**
   * Checks a caller's picture (magic bytes, header limits, full decode in a child process) and stores it.
   * Throws AppError BAD_REQUEST on field `image` naming the rule, PAYLOAD_TOO_LARGE above the byte limit, OVERLOADED or
   * UNAVAILABLE when it cannot be checked or stored now.
   */
  storeInput(bytes: Uint8Array): Promise<StoredInput>;
  /**
   * The result gate and the store in one: decode fully, compare with the expectation, refuse a blank picture, write
   * content-addressed (temp, fsync, rename; R2 with checksum when configured), read back and compare the hash.
   * Throws ImageGateError (failure mode `bad_output` or `storage_failed`); AppError OVERLOADED or UNAVAILABLE when no
   * decoder is free or starts, which says nothing about the picture: ask again. Harmless to repeat.
   */
  storeOutput(bytes: Uint8Array, expected: OutputExpectation, signal: AbortSignal): Promise<StoredImage>;
  /** The stored bytes, verified against their hash. Throws NOT_FOUND, or UNAVAILABLE when they cannot be had now. */
  read(object: StoredObject): Promise<Uint8Array>;
  /** The same of a caller's picture whose generation is open: any instance has it, wherever it lies. */
  readInput(object: StoredObject): Promise<Uint8Array>;
  /**
   * Decodes fully and gives the picture on a square grid as well, for comparing pictures. Throws AppError BAD_REQUEST
   * on field `image`, OVERLOADED or UNAVAILABLE.
   */
  sample(bytes: Uint8Array, side: number, signal?: AbortSignal): Promise<DecodedImage & { sample: PictureSample }>;
  /** Why no picture could be kept now, for people; null while one could: nothing new is begun without a place for it. */
  roomProblem(): Promise<string | null>;
  /** What is lastingly wrong with this process's stores, for warnings. */
  lookAround(): Promise<StoresFound & { diskId: string }>;
  /** What moves pictures from this disk to R2; null without R2. */
  spool: Spool | null;
  /** An expiring address on our own server (`/images/…`); needs no cookie. */
  signedUrl(object: { sha256: string; mimeType: string }, nowMs: number): string;
  /** The address that callers are given: the same, or a lasting one on the bucket's own domain. */
  address(picture: AddressedPicture, nowMs: number): string;
  /** The other half of signedUrl: what an address names, or null when forged, altered or expired. */
  verifyUrl(pathAndQuery: string, nowMs: number): { sha256: string; mimeType: ImageMimeType } | null;
  close(): Promise<void>;
}
