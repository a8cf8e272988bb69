import type { History } from "../history";
import type { BrokenPromise } from "./broken-promise";

/** P9: what the charts show is what the rows say, to the unit, whoever died while it was counted. */
export function checkNumbers({ numbers, database }: History): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P9", subject, what });
  const ended = database.generations.filter(({ finishedAtMs }) => finishedAtMs !== null).length;
  if (numbers.events < ended)
    wrong("verify", `compared ${numbers.events} ended generations and attempts where ${ended} generations have ended`);
  if (numbers.first)
    wrong(
      numbers.first.where,
      `${numbers.first.what}: ${numbers.first.rows} by the rows, ${numbers.first.rollups} by the summaries; ${numbers.differences} differences`,
    );
  return broken;
}
