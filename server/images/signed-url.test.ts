import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "@/server/domain/secret";
import { createUrlSigner } from "./signed-url";

const NOW = Date.UTC(2026, 10, 23, 10, 7, 13);
const object = { sha256: "ab".repeat(32), mimeType: "image/png" };
const signer = createUrlSigner(randomBytes(32));

describe("createUrlSigner", () => {
  it("names the object that was signed", () => {
    const url = signer.sign(object, NOW);
    expect(url).toMatch(/^\/images\/(ab){32}\.png\?e=\d{10}&s=[\w-]{43}$/);
    expect(signer.verify(url, NOW)).toEqual(object);
  });

  it("gives the same address for ten minutes, so that browsers may cache it", () => {
    const start = Math.ceil(NOW / 600_000) * 600_000 + 1;
    expect(signer.sign(object, start + 599_000)).toBe(signer.sign(object, start));
    expect(signer.sign(object, start + 600_000)).not.toBe(signer.sign(object, start));
  });

  it("is valid for at least an hour and at most 70 minutes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (offset) => {
        const now = NOW + offset;
        const url = signer.sign(object, now);
        expect(signer.verify(url, now + 3_599_999)).not.toBeNull();
        expect(signer.verify(url, now + 4_200_000)).toBeNull();
      }),
    );
  });

  it("refuses every address with one character changed or added", () => {
    const url = signer.sign(object, NOW);
    const alphabet = [..."0123456789abcdefABCDEF-_/?&=.%pngjwebs "];
    fc.assert(
      fc.property(fc.nat(url.length), fc.constantFrom(...alphabet), fc.constantFrom(0, 1), (at, letter, dropped) => {
        const forged = url.slice(0, at) + letter + url.slice(at + dropped);
        fc.pre(forged !== url);
        expect(signer.verify(forged, NOW)).toBeNull();
      }),
      { numRuns: 20_000 },
    );
  });

  it("refuses every address with a part missing", () => {
    const url = signer.sign(object, NOW);
    for (let at = 0; at < url.length; at += 1) {
      expect(signer.verify(url.slice(0, at), NOW)).toBeNull();
      expect(signer.verify(url.slice(0, at) + url.slice(at + 1), NOW)).toBeNull();
    }
  });

  it("refuses the signature of another object, type, expiry or key", () => {
    const url = signer.sign(object, NOW);
    const other = signer.sign({ sha256: "cd".repeat(32), mimeType: "image/png" }, NOW);
    const later = signer.sign(object, NOW + 7_200_000);
    const part = (address: string, index: number) => address.split(/[?&]/)[index] ?? "";
    const forge = (path: string, expiry: string, signature: string) => `${path}?${expiry}&${signature}`;
    expect(signer.verify(forge(part(other, 0), part(url, 1), part(url, 2)), NOW)).toBeNull();
    expect(signer.verify(forge(part(url, 0), part(later, 1), part(url, 2)), NOW)).toBeNull();
    expect(signer.verify(url.replace(".png", ".jpg"), NOW)).toBeNull();
    expect(createUrlSigner(randomBytes(32)).verify(url, NOW)).toBeNull();
  });

  it("takes what another instance with the same secret signed", () => {
    const secret = "a secret that both instances were given";
    const url = createUrlSigner(new Secret(secret)).sign(object, NOW);
    expect(createUrlSigner(new Secret(secret)).verify(url, NOW)).toEqual(object);
  });

  it("refuses to sign what is not one of the three types", () => {
    expect(() => signer.sign({ ...object, mimeType: "image/svg+xml" }, NOW)).toThrow(TypeError);
  });
});
