import { expect, it } from "vitest";
import { csvCell } from "./export-format";

it.each([
  ["=1+1", "'=1+1"],
  ["+49 30", "'+49 30"],
  ["-2", "'-2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\rx", '"\'\rx"'],
  ["a = b", "a = b"],
  ['say "hi", twice', '"say ""hi"", twice"'],
  ["two\nlines", '"two\nlines"'],
  ['="a"', '"\'=""a"""'],
  ["", ""],
  [null, ""],
  [-2, "-2"],
  [0, "0"],
  [new Date(Date.UTC(2026, 10, 25, 21, 5, 6, 7)), "2026-11-25T21:05:06.007Z"],
])("writes %j as the cell %j", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});
