import { describe, expect, it } from "vitest";
import { findStorage, type StorageFacts, type StorageLook } from "./storage-findings";

const MINUTE = 60_000;
const look: StorageLook = { host: "web-1", diskId: "one", failure: null, movedAgeMs: null, roomProblem: null };
const waits = { diskId: "one", pictures: 3, sizeBytes: 4_404_019, oldestAgeMs: 12 * MINUTE };
const refused = {
  fault: "refused_key",
  problem: "R2 refuses the key (403 AccessDenied): check R2_ACCESS_KEY_ID",
  ageMs: 9_000,
} as const;
const away = { fault: "unavailable", problem: "the bucket pictures answers 503 SlowDown", ageMs: 9_000 } as const;

const find = (facts: Partial<StorageFacts>) =>
  findStorage({ bucket: "pictures", spool: [waits], looks: [look], ...facts });
const told = (facts: Partial<StorageFacts>) => find(facts).map(({ level, title }) => `${level} ${title}`);

describe("pictures that wait for R2", () => {
  it.each<[string, Partial<StorageFacts>, string[]]>([
    ["nothing waits", { spool: [] }, []],
    ["a move takes its time", { spool: [{ ...waits, oldestAgeMs: 110_000 }], looks: [{ ...look, failure: away }] }, []],
    ["without R2 the disk is the place", { bucket: null }, []],
    ["a key is refused", { looks: [{ ...look, failure: refused }] }, ["breach R2 refuses the key"]],
    [
      "a bucket is missing",
      { looks: [{ ...look, failure: { ...refused, fault: "missing_bucket" } }] },
      ["breach The R2 bucket is not there"],
    ],
    [
      "an address is wrong",
      { looks: [{ ...look, failure: { ...refused, fault: "wrong_endpoint" } }] },
      ["breach R2 is not at its address"],
    ],
    [
      "a clock is wrong",
      { looks: [{ ...look, failure: { ...refused, fault: "clock_skew" } }] },
      ["breach R2 refuses the time of a machine's clock"],
    ],
    ["R2 is away", { looks: [{ ...look, failure: away }] }, ["watch R2 does not answer as it should"]],
    [
      "R2 has been away for an hour",
      { spool: [{ ...waits, oldestAgeMs: 61 * MINUTE }], looks: [{ ...look, failure: away }] },
      ["breach R2 does not answer as it should"],
    ],
    // A backlog of days is on its way: nobody need do anything.
    ["they are being moved", { spool: [{ ...waits, oldestAgeMs: 9e9 }], looks: [{ ...look, movedAgeMs: 4_000 }] }, []],
    [
      "a move after the failure refutes it",
      {
        looks: [
          { ...look, failure: away },
          { ...look, movedAgeMs: 4_000 },
        ],
      },
      [],
    ],
    [
      "a failure after the last move counts",
      { looks: [{ ...look, failure: away, movedAgeMs: 30_000 }] },
      ["watch R2 does not answer as it should"],
    ],
    ["nobody can say why", {}, ["watch Pictures cannot be moved to R2"]],
    [
      "its machine is gone",
      { looks: [{ ...look, diskId: "two" }] },
      ["watch Pictures wait on a disk that no instance serves"],
    ],
    [
      "rows that name no disk are anybody's",
      { spool: [{ ...waits, diskId: null }], looks: [{ ...look, diskId: "two", failure: refused }] },
      ["breach R2 refuses the key"],
    ],
    [
      "of two disks the worse reason is told",
      {
        spool: [waits, { ...waits, diskId: "two" }],
        looks: [
          { ...look, failure: away },
          { ...look, diskId: "two", failure: refused },
        ],
      },
      ["breach R2 refuses the key"],
    ],
  ])("%s", (_name, facts, expected) => {
    expect(told(facts)).toEqual(expected);
  });

  it("says what R2 answers to whom, how much waits and for how long, and what goes on", () => {
    const [finding] = find({
      spool: [waits, { ...waits, diskId: "two", oldestAgeMs: 65 * MINUTE }],
      looks: [
        { ...look, failure: refused },
        { ...look, host: "web-2", diskId: "two", failure: refused },
      ],
    });
    expect(finding?.says).toBe(
      "R2 refuses the key (403 AccessDenied): check R2_ACCESS_KEY_ID (seen by web-1). 6 pictures (8.4 MB) wait on 2 disks for bucket pictures, the oldest is 1 h 5 min old. Results go on succeeding from the disk.",
    );
    expect(finding?.todo).toMatch(
      /R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY .* bucket pictures.*switchyard storage check/,
    );
  });
});

describe("no place for pictures", () => {
  const roomProblem = "the disk of the data directory is nearly full";

  it("does harm wherever it is, and says who still accepts", () => {
    const [finding] = find({ spool: [], bucket: null, looks: [{ ...look, roomProblem }] });
    expect(finding).toMatchObject({ key: "storage_full", level: "breach" });
    expect(finding?.says).toMatch(/^Nothing new is accepted or begun on web-1: The disk .* full\. Callers get 503/);
    const [partly] = find({ spool: [], looks: [look, { ...look, host: "web-2", roomProblem }] });
    expect(partly?.says).toContain("on web-2: ");
    expect(partly?.says).toContain("1 of 2 instances still have room");
  });

  it("comes first, and then nobody says that results go on", () => {
    const findings = find({ looks: [{ ...look, failure: refused, roomProblem }] });
    expect(findings.map(({ key }) => key)).toEqual(["storage_full", "storage_waiting"]);
    expect(findings[1]?.says).not.toContain("go on succeeding");
  });
});
