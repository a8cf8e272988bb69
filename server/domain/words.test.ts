import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { FAILURE_MODE_INFO, FAILURE_MODES } from "./failure-modes";
import { isId, newId } from "./ids";
import { Secret } from "./secret";
import { GENERATION_STATES, isTerminal, PROVIDER_IDS, PROVIDER_WORDS, parseProviderId } from "./vocabulary";

it("reads runpod as comfyui and refuses what is no provider", () => {
  expect(PROVIDER_WORDS.map(parseProviderId)).toEqual([...PROVIDER_IDS, "comfyui"]);
  expect([" RunPod ", "SCENARIO"].map(parseProviderId)).toEqual(["comfyui", "scenario"]);
  expect(["", "comfy", "scenario.com", "__proto__"].map(parseProviderId)).toEqual([null, null, null, null]);
});

it("ends in four states", () => {
  expect(GENERATION_STATES.filter(isTerminal)).toEqual(["succeeded", "failed", "cancelled", "censored"]);
});

it("tries nothing again that the request itself is at fault for", () => {
  for (const mode of ["invalid_request", "content_rejected", "cancelled"] as const) {
    expect(FAILURE_MODE_INFO[mode]).toMatchObject({ mayRetry: false, mayFallBack: false });
  }
  for (const mode of FAILURE_MODES) {
    const { title, symptom, mitigation } = FAILURE_MODE_INFO[mode];
    expect([title, symptom, mitigation].every((text) => text.length > 3)).toBe(true);
  }
});

it("makes ids that sort by time and are version 7", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 10_000 }), (seconds, laterMs) => {
      const atMs = seconds * 1000;
      const [early, late] = [newId(atMs), newId(atMs + laterMs)];
      expect(early < late).toBe(true);
      expect(early[14]).toBe("7");
      expect(isId(early)).toBe(true);
      expect(Number.parseInt(early.replace("-", "").slice(0, 12), 16)).toBe(atMs);
    }),
  );
  expect(["", "x", newId().slice(1), `${newId()}0`].map(isId)).toEqual([false, false, false, false]);
});

it("prints no secret, however it is printed", () => {
  const secret = new Secret("s3cr3t-value");
  const forms = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 9, showHidden: true }),
  ];
  for (const form of forms) expect(form).not.toContain("s3cr3t");
  expect(Object.values(secret)).toEqual([]);
  expect(secret.reveal()).toBe("s3cr3t-value");
});
