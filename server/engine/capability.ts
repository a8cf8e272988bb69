import { createHmac, timingSafeEqual } from "node:crypto";

const LENGTH = 43; // 32 bytes in base64url

/**
 * The unguessable part of an attempt's notification address. Derived, not stored: any instance with the
 * installation's secret can make and check it.
 */
export function capabilityToken(secret: Buffer, attemptId: string): string {
  return createHmac("sha256", secret).update(`hook:${attemptId}`).digest("base64url");
}

/** Compares in constant time; a token of another length is refused after the same work. */
export function verifyCapability(secret: Buffer, attemptId: string, token: string): boolean {
  const expected = Buffer.from(capabilityToken(secret, attemptId));
  const given = Buffer.alloc(LENGTH);
  given.write(token.slice(0, LENGTH));
  return timingSafeEqual(expected, given) && token.length === LENGTH;
}
