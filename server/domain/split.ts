/** Buckets of the traffic split: a share of 1 basis point is one bucket. */
export const BUCKETS = 10_000;

/**
 * MurmurHash3 x86 32-bit, Austin Appleby, public domain (https://github.com/aappleby/smhasher, MurmurHash3.cpp).
 * Not for secrets: it only has to spread keys evenly and give every instance and every replay the same bucket.
 */
export function murmur3(text: string, seed = 0): number {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = bytes.length & ~3;
  let hash = seed | 0;
  const mix = (word: number) => {
    const scrambled = Math.imul(word, 0xcc9e2d51);
    return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  };
  for (let offset = 0; offset < tail; offset += 4) {
    hash ^= mix(view.getInt32(offset, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let offset = bytes.length - 1; offset >= tail; offset--) rest = (rest << 8) | (bytes[offset] ?? 0);
  if (tail < bytes.length) hash ^= mix(rest);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A key's bucket, 0 to 9,999, fixed for the life of the salt. Below the share it goes to the candidate. */
export function bucketOf(salt: string, stickyKey: string): number {
  return murmur3(`${salt}\u0000${stickyKey}`) % BUCKETS;
}
