import { parseAsArrayOf, parseAsStringLiteral } from "nuqs/server";
import { expect, it } from "vitest";
import { timeParsers } from "./time-view";
import { unreadInAddress } from "./unread-address";

const parsers = {
  ...timeParsers,
  sort: parseAsStringLiteral(["time", "cost"] as const),
  state: parseAsArrayOf(parseAsStringLiteral(["open", "failed"] as const)),
};
const unread = (address: string) => unreadInAddress(new URLSearchParams(address), parsers).map(({ text }) => text);

it.each<[string, string[]]>([
  ["", []],
  ["sort=cost&state=open,failed&tz=utc&range=6h&other=1", []],
  ["from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z", []],
  ["sort=colour&range=2w", ["range=2w", "sort=colour"]],
  ["state=open,asleep,failed,lost", ["state=asleep,lost"]],
  [
    "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z",
    ["from=2026-11-02T00:00:00Z (must be before to)", "to=2026-11-01T00:00:00Z (must be after from)"],
  ],
  [
    "from=1990-01-01T00:00:00Z&to=2190-01-01T00:00:00Z",
    [
      "from=1990-01-01T00:00:00Z (must be at most 5 years before to)",
      "to=2190-01-01T00:00:00Z (must be at most 5 years after from)",
    ],
  ],
  ["from=2026-11-02T00:00:00Z", ["from=2026-11-02T00:00:00Z"]],
  ["from=once&to=2026-11-01T00:00:00Z", ["from=once"]],
  [`sort=${"x".repeat(200)}`, [`sort=${"x".repeat(60)}…`]],
])("of %j is what no view can show", (address, expected) => {
  expect(unread(address)).toEqual(expected);
});
