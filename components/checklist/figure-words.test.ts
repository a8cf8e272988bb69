import { expect, it } from "vitest";
import { figureWords } from "./figure-words";

it.each([
  ["acceptedAfterMs", 3, "accepted after", "3\u202fms"],
  ["costMicros", 3_100, "cost", "$0.0031"],
  ["sizeBytes", 2_048, "size", "2\u202fKB"],
  ["shareBp", 1, "share", "0.01%"],
  ["keptShare", 0.956, "kept share", "95.6%"],
  ["similarityWeak", 0.798, "similarity weak", "0.798"],
  ["sha256", "ab12", "SHA-256", "ab12"],
])("%s is read with its unit", (name, value, words, shown) => {
  expect(figureWords(name, value)).toEqual({ name: words, value: shown });
});
