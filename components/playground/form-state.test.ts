import { describe, expect, it } from "vitest";
import { EMPTY_FORM, type PlaygroundForm, parseForm } from "./form-state";
import type { SourceImage } from "./source-image";

const IMAGE: SourceImage = {
  name: "a.png",
  dataUrl: "data:image/png;base64,AA==",
  width: 64,
  height: 64,
  sizeBytes: 1,
};
const form = (changes: Partial<PlaygroundForm>): PlaygroundForm => ({ ...EMPTY_FORM, ...changes });
const errorsOf = (...args: Parameters<typeof parseForm>) => {
  const parsed = parseForm(...args);
  return parsed.ok ? {} : parsed.errors;
};

describe("parseForm", () => {
  it("asks for what text to image needs and nothing else", () => {
    const parsed = parseForm(form({ prompt: "a fox", seed: "7", strength: 0.5 }), "txt2img", "both");
    expect(parsed).toMatchObject({ ok: true, params: { prompt: "a fox", seed: 7, strength: null, width: 1024 } });
  });

  it("leaves out what background removal does not use, whatever the form still holds", () => {
    const parsed = parseForm(form({ prompt: "a fox", steps: "20", image: IMAGE }), "remove_background", "both");
    expect(parsed).toMatchObject({ ok: true, params: { prompt: null, steps: null, width: null, strength: null } });
  });

  it.each([
    ["an empty prompt", form({ prompt: "  " }), "prompt", "must not be empty"],
    ["a broken number", form({ prompt: "a", steps: "many" }), "steps", "must be a whole number"],
    ["a seed that one provider refuses", form({ prompt: "a", seed: "3000000000" }), "seed", "for Scenario"],
    ["a prompt that one provider refuses", form({ prompt: "a".repeat(3_000) }), "prompt", "2048 characters"],
  ])("refuses %s and names the field", (_name, typed, field, words) => {
    expect(errorsOf(typed, "txt2img", "both")[field]).toContain(words);
  });

  it("only asks for the limits of the provider that will run", () => {
    expect(parseForm(form({ prompt: "a", seed: "3000000000" }), "txt2img", "comfyui").ok).toBe(true);
  });

  it("runs text to image although a picture was chosen for another operation", () => {
    expect(errorsOf(form({ prompt: "a", image: IMAGE }), "txt2img", "both")).toEqual({});
  });

  it("asks for a picture where the operation needs one", () => {
    expect(errorsOf(form({ prompt: "a" }), "img2img", "both").image).toContain("is required");
  });
});
