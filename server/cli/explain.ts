import type { Command } from "commander";
import { type DecisionReceipt, replay } from "@/server/domain/decision";
import { bucketOf } from "@/server/domain/split";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { EXIT } from "./exit-codes";
import { NOTHING, pairs, share } from "./format";
import type { Tools } from "./tools";

export interface Explanation {
  what: string;
  receipt: DecisionReceipt;
  /** Computed again from salt and sticky key; null where nothing was hashed. */
  bucket: number | null;
  replayed: DecisionReceipt["provider"];
  agrees: boolean;
}

export function addExplain(program: Command, tools: Tools): void {
  program
    .command("explain")
    .description("decide again from a generation's receipts, and say whether that agrees (exit code 3 when not)")
    .argument("<id>", "the generation's id")
    .option("--json", "print receipts and replays as JSON")
    .action(async (id: string, options: { json?: boolean }) => {
      const { openReadDoor } = await import("./door");
      const door = await openReadDoor((line) => tools.terminal.say(line));
      try {
        const detail = await door.get(id);
        const explanations = [
          explain("acceptance", detail.receipt),
          ...detail.attempts.map((attempt) =>
            explain(`attempt ${attempt.number} (${attempt.reason})`, attempt.receipt),
          ),
        ];
        if (options.json) tools.terminal.data(JSON.stringify({ id: detail.id, decisions: explanations }, null, 2));
        else for (const line of explanations.flatMap(explanationLines)) tools.terminal.data(line);
        tools.exitCode = explanations.every(({ agrees }) => agrees) ? EXIT.ok : EXIT.check;
      } finally {
        await door.close();
      }
    });
}

export function explain(what: string, receipt: DecisionReceipt): Explanation {
  const isSplit = receipt.forced === null && receipt.rule !== "reported";
  const bucket = isSplit ? bucketOf(receipt.salt, receipt.stickyKey) : null;
  const replayed = replay(receipt);
  return { what, receipt, bucket, replayed, agrees: replayed === receipt.provider && bucket === receipt.bucket };
}

function explanationLines({ what, receipt, bucket, replayed, agrees }: Explanation): string[] {
  const side = bucket === null ? "" : bucket < receipt.candidateShareBp ? "below" : "not below";
  const why =
    receipt.rule === "reported"
      ? "it was made elsewhere, and who reported or imported it says where; nothing was decided here"
      : receipt.forced !== null
        ? "the request named the provider"
        : `murmur3(salt ${receipt.salt}, key ${receipt.stickyKey}) gives bucket ${bucket}, ${side} ${receipt.candidateShareBp}`;
  return [
    what,
    ...pairs(
      [
        ["receipt", `${PROVIDER_NAMES[receipt.provider]} by rule ${receipt.rule} at revision ${receipt.revision}`],
        ["share", `${share(receipt.candidateShareBp)} to the candidate`],
        ["why", why],
        ...receipt.passedOver.map(({ provider, reason }): [string, string] => [
          "passed over",
          `${PROVIDER_NAMES[provider]}: ${reason}`,
        ]),
        ["bucket", `${receipt.bucket ?? NOTHING} on the receipt, ${bucket ?? NOTHING} computed again`],
        ["replay", `${PROVIDER_NAMES[replayed]}: ${agrees ? "agrees" : "DOES NOT AGREE"}`],
      ],
      "  ",
    ),
  ];
}
