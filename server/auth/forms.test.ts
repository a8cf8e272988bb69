import { describe, expect, it } from "vitest";
import { hashApiKey, makeApiKey, parseApiKey, sameHash } from "./api-key-format";
import { isSameOrigin } from "./same-origin";
import { network } from "./sign-in-limit";

describe("API keys", () => {
  it("carry their environment, and a checksum that finds every single typing error", () => {
    const { key, id, environment } = makeApiKey("pre-prod");
    expect(parseApiKey(key)).toEqual({ environment, id });
    for (let at = 0; at < key.length; at += 1) {
      const wrong = key.slice(0, at) + (key[at] === "x" ? "y" : "x") + key.slice(at + 1);
      expect(parseApiKey(wrong)).toBeNull();
    }
    for (const odd of ["", key.slice(1), `${key}0`, ` ${key}`, key.replace("sy_", "sk_"), "x".repeat(100_000)])
      expect(parseApiKey(odd)).toBeNull();
  });

  it("are all different, and compare without throwing whatever the length", () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeApiKey("a").id)).size).toBe(1_000);
    expect(sameHash(hashApiKey("a"), hashApiKey("a"))).toBe(true);
    expect(sameHash(hashApiKey("a"), "short")).toBe(false);
  });
});

describe("network", () => {
  it.each([
    ["1.2.3.4", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2:ffff::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["unknown", "unknown"],
  ])("counts %s as %s", (address, counted) => {
    expect(network(address)).toBe(counted);
  });
});

describe("isSameOrigin", () => {
  it.each([
    ["POST", { "sec-fetch-site": "same-origin" }, true],
    ["POST", { "sec-fetch-site": "same-site", origin: "http://a.example", host: "a.example" }, false],
    ["POST", { "sec-fetch-site": "none" }, false],
    ["GET", { "sec-fetch-site": "none" }, true],
    ["GET", { "sec-fetch-site": "cross-site" }, false],
    ["POST", { origin: "http://a.example:3000", host: "A.example:3000" }, true],
    ["POST", { origin: "http://a.example:3001", host: "a.example:3000" }, false],
    ["POST", { origin: "null", host: "a.example" }, false],
    ["POST", { host: "a.example" }, false],
    ["GET", { host: "a.example" }, true],
  ] as [string, Record<string, string>, boolean][])("judges %s with %o: %s", (method, headers, same) => {
    expect(isSameOrigin({ get: (name) => headers[name] ?? null }, method)).toBe(same);
  });
});
