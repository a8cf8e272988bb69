import { expect, it } from "vitest";
import { fileProblem, pixelProblem } from "./source-image";

const MB = 1024 * 1024;

it.each([
  ["a text file", { name: "notes.txt", type: "text/plain", size: 10 }, "must be a PNG, JPEG or WebP"],
  ["a file without a type", { name: "blob", type: "", size: 10 }, "no known type"],
  ["a GIF", { name: "a.gif", type: "image/gif", size: 10 }, "image/gif"],
  ["a file over the limit", { name: "big.png", type: "image/png", size: 8 * MB }, "the limit is 7.0"],
  ["an empty file", { name: "void.png", type: "image/png", size: 0 }, "is empty"],
])("refuses %s before it is read, naming the limit", (_name, file, words) => {
  expect(fileProblem(file)).toContain(words);
});

it("takes a photograph", () => expect(fileProblem({ name: "a.jpg", type: "image/jpeg", size: 5 * MB })).toBeNull());

it("counts pixels, not sides", () => {
  expect(pixelProblem("a.png", 8_000, 5_000)).toBeNull();
  expect(pixelProblem("a.png", 30_000, 30_000)).toContain("900,000,000 pixels: the limit is 40,000,000");
});
