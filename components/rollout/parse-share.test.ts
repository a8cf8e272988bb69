import { expect, it } from "vitest";
import { parseShare } from "./parse-share";

it.each([
  ["0", 0],
  ["10", 1_000],
  ["10%", 1_000],
  [" 12.5 % ", 1_250],
  ["12,55", 1_255],
  ["100", 10_000],
  ["100.00", 10_000],
])("reads %s as %i basis points", (text, shareBp) => expect(parseShare(text)).toEqual({ shareBp, problem: null }));

it.each(["", "-1", "100.01", "101", "10.005", "ten", "1e2", "10 20"])("refuses %j with the rule", (text) =>
  expect(parseShare(text)).toMatchObject({ shareBp: null, problem: expect.stringContaining("from 0 to 100") }),
);
