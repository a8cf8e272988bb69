/** One picture, coming in or going out. */
export const MAX_IMAGE_BYTES = 32 * 1024 * 1024;
export const MAX_IMAGE_PIXELS = 40_000_000;

/** Wall time for one full decode. A 40-megapixel picture takes about 1 s on a small machine. */
export const MAX_DECODE_MS = 10_000;

/**
 * Resident memory of a decoding process. The largest allowed picture needs its bytes, its pixels twice (once inside
 * the decoder when interlaced, at up to 16 bits) and Node: about 600 MB.
 */
export const MAX_DECODER_RSS_BYTES = 1024 * 1024 * 1024;

/** An alpha value up to here counts as transparent. */
export const TRANSPARENT_ALPHA_MAX = 8;
/** An alpha value from here on counts as opaque: Scenario's background removal writes 254 where nothing is cut. */
export const OPAQUE_ALPHA_MIN = 247;
