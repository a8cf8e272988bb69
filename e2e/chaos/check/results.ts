import { basename } from "node:path";
import type { History } from "../history";
import { type BrokenPromise, groupBy } from "./broken-promise";

/** P6: a succeeded generation has its pictures, they are served, decode, and are the bytes that were recorded. */
export function checkResultsRetrievable({ database, files, served }: History): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P6", subject, what });
  const images = groupBy(database.images, (image) => image.generationId);
  const answers = new Map(served.map((answer) => [`${answer.generationId} ${answer.position}`, answer]));
  const onDisk = new Set(files.map((file) => file.path));

  for (const row of database.generations) {
    const own = images.get(row.id) ?? [];
    if (row.state !== "succeeded") {
      if (own.length > 0) wrong(row.id, `is ${row.state} and has pictures`);
      continue;
    }
    if (own.length === 0) wrong(row.id, "succeeded without a picture");
    if (own.length !== row.imageCount) wrong(row.id, `says ${row.imageCount} pictures and has ${own.length}`);
    for (const image of own) {
      if (image.location === "disk" && !onDisk.has(image.objectKey))
        wrong(row.id, `its picture ${image.objectKey} is not on the disk`);
      const answer = answers.get(`${row.id} ${image.position}`);
      if (!answer) wrong(row.id, `its picture ${image.position} was never fetched`);
      else if (answer.status !== 200) wrong(row.id, `its picture ${image.position} was answered with ${answer.status}`);
      else if (answer.sha256 !== image.sha256) wrong(row.id, `its picture ${image.position} is not what was recorded`);
      else if (!answer.decodes) wrong(row.id, `its picture ${image.position} does not decode`);
    }
  }
  for (const file of files) {
    if (basename(file.path).split(".")[0] !== file.sha256)
      wrong(file.path, "is a stored file whose name is not its hash");
  }
  return broken;
}
