import type { History, VerifiedNumbers } from "../history";
import type { BrokenPromise } from "./broken-promise";

/**
 * P9: what the charts show is what the rows say, to the unit, whoever died while it was counted; and still after an
 * import and after all was counted anew.
 */
export function checkNumbers({ numbers, imported, database }: History): BrokenPromise[] {
  const ended = database.generations.filter(({ finishedAtMs }) => finishedAtMs !== null).length;
  const broken = compare("verify", numbers, ended);
  if (imported === null) return broken;
  const { stored, afterImport, afterRebuild } = imported;
  return [
    ...broken,
    ...compare("verify after an import", afterImport, ended + stored),
    ...compare("verify after a rebuild", afterRebuild, ended + stored),
  ];
}

function compare(when: string, numbers: VerifiedNumbers, ended: number): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P9", subject, what });
  if (numbers.events < ended)
    wrong(when, `compared ${numbers.events} ended generations and attempts where ${ended} generations have ended`);
  if (numbers.first)
    wrong(
      `${when}: ${numbers.first.where}`,
      `${numbers.first.what}: ${numbers.first.rows} by the rows, ${numbers.first.rollups} by the summaries; ${numbers.differences} differences`,
    );
  return broken;
}
