import { describe, expect, it } from "vitest";
import { ago, bytes, milliseconds, oneLine, pairs, percent, share, table } from "./format";

describe("format", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [999.4, "999 ms"],
    [1_000, "1.00 s"],
    [45_678, "45.68 s"],
    [99_949, "99.95 s"],
    [99_950, "1 min 40 s"],
    [119_600, "2 min 00 s"],
    [3_661_000, "61 min 01 s"],
  ])("%s ms is %s", (ms, text) => expect(milliseconds(ms)).toBe(text));

  it.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1.0 KiB"],
    [160_000, "156 KiB"],
    [7_340_032, "7.0 MiB"],
  ])("%s bytes are %s", (count, text) => expect(bytes(count)).toBe(text));

  it("says shares, rates and ages in the product's units", () => {
    expect([share(0), share(1_000), share(1_050), share(10_000)]).toEqual(["0 %", "10 %", "10.50 %", "100 %"]);
    expect([percent(null), percent(0), percent(0.9876)]).toEqual(["–", "0.0 %", "98.8 %"]);
    expect([ago(-5), ago(4_000), ago(600_000), ago(7_200_000), ago(864_000_000)]).toEqual([
      "0 s ago",
      "4 s ago",
      "10 min ago",
      "2 h ago",
      "10 d ago",
    ]);
  });

  it("keeps a prompt to one line and takes out what would steer a terminal", () => {
    expect(oneLine("a\n\tfox\u001b[31m red", 40)).toBe("a fox [31m red");
    expect(oneLine("\u202eevil", 40)).toBe("evil");
    expect(oneLine("狐狐狐狐", 3)).toBe("狐狐…");
    expect(oneLine("🦊🦊🦊", 3)).toBe("🦊🦊🦊");
  });

  it("lines columns up, numbers right, nothing after the last", () => {
    expect(
      table(
        ["name", "n", "note"],
        [
          ["a", "10", ""],
          ["longer", "5", "x"],
        ],
        new Set(["n"]),
      ),
    ).toEqual(["name     n  note", "a       10", "longer   5  x"]);
  });

  it("hangs further lines of a value below its first", () => {
    expect(
      pairs(
        [
          ["a", "1\n2"],
          ["long", "3"],
        ],
        " ",
      ),
    ).toEqual([" a     1\n       2", " long  3"]);
  });
});
