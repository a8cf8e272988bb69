import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BUILD, ROOT } from "./paths.mjs";

const STAMPS = join(BUILD, "stamp.json");
const IGNORED = /(\.test\.tsx?$|__fixtures__|\.tsbuildinfo$|^\.)/;

/**
 * Whether an output was made from exactly these sources. Sizes and times are compared first (milliseconds, so the CLI
 * can ask every time); only where they differ are contents read, since a checkout changes times and nothing else.
 */
export function isFresh(name, sources) {
  const stamp = readStamps()[name];
  if (stamp === undefined) return false;
  const files = listFiles(sources);
  const times = timesOf(files);
  if (stamp.times === times) return true;
  if (stamp.contents !== contentsOf(files)) return false;
  writeStamp(name, { times, contents: stamp.contents });
  return true;
}

/** What the sources are now; take it before building, so that an edit during the build is seen by the next. */
export function fingerprint(sources) {
  const files = listFiles(sources);
  return { times: timesOf(files), contents: contentsOf(files) };
}

export function writeStamp(name, stamp) {
  mkdirSync(dirname(STAMPS), { recursive: true });
  writeFileSync(STAMPS, JSON.stringify({ ...readStamps(), [name]: stamp }, null, 2));
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMPS, "utf8"));
  } catch {
    return {};
  }
}

function listFiles(sources) {
  return sources.flatMap((source) => walk(source)).sort();
}

function walk(path) {
  const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .filter((name) => !IGNORED.test(name))
    .flatMap((name) => walk(`${path}/${name}`));
}

function timesOf(files) {
  const hash = createHash("sha256").update(process.version);
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(ROOT, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function contentsOf(files) {
  const hash = createHash("sha256").update(process.version);
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  return hash.digest("hex");
}
