import type { StorageFault } from "./storage";
import type { Found } from "./warning";

export const STORAGE_FINDING_KEYS = ["storage_full", "storage_waiting"] as const;
export type StorageFindingKey = (typeof STORAGE_FINDING_KEYS)[number];
export type StorageFinding = Found<StorageFindingKey>;

/** What one running instance says of its stores: nobody else sees its disk, or what R2 answers it. */
export interface StorageLook {
  host: string;
  diskId: string;
  /** What R2 lately failed with, unless it has taken something since; null: nothing known. */
  failure: { fault: StorageFault; problem: string; ageMs: number } | null;
  /** Since it last moved a picture from its disk to R2; null: not since its start. */
  movedAgeMs: number | null;
  /** Why it can keep no picture; null while it could. */
  roomProblem: string | null;
}

export interface StorageFacts {
  /** Null: R2 is not configured, and pictures stay on disks. */
  bucket: string | null;
  /** What lies on disks, by disk; `diskId` null: rows from before disks had names, anybody's. */
  spool: { diskId: string | null; pictures: number; sizeBytes: number; oldestAgeMs: number }[];
  looks: StorageLook[];
}

/** A move takes seconds; so long it may take without a word. */
const WAITS_MS = 120_000;
const LONG_MS = 3_600_000;

/** Of several disks' reasons the first of these is told. */
const CAUSES = [
  "refused_key",
  "missing_bucket",
  "wrong_endpoint",
  "clock_skew",
  "wrong_bytes",
  "rejected",
  "unavailable",
  "nobody",
  "stuck",
] as const;
type Cause = (typeof CAUSES)[number];
const isCause = (fault: string): fault is Cause => (CAUSES as readonly string[]).includes(fault);

interface Words {
  level: "watch" | "breach";
  title: string;
  /** What becomes of pictures meanwhile, while there is room; default: results succeed from the disk. */
  meanwhile?: string;
  todo: string;
}

const AGAIN = "start Switchyard again, and try it with: switchyard storage check.";
const STEPS = "switchyard storage check tries each step and says what is wrong.";
const WORDS: Record<Cause, (bucket: string) => Words> = {
  refused_key: (bucket) => ({
    level: "breach",
    title: "R2 refuses the key",
    todo: `Set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY to a key that may read and write objects in bucket ${bucket}, ${AGAIN}`,
  }),
  missing_bucket: (bucket) => ({
    level: "breach",
    title: "The R2 bucket is not there",
    todo: `Make bucket ${bucket} at Cloudflare, or set R2_BUCKET to the right one, ${AGAIN}`,
  }),
  wrong_endpoint: () => ({
    level: "breach",
    title: "R2 is not at its address",
    todo: `Set R2_ACCOUNT_ID, or R2_ENDPOINT, to the address of the bucket's account, ${AGAIN}`,
  }),
  clock_skew: () => ({
    level: "breach",
    title: "R2 refuses the time of a machine's clock",
    todo: "Set that machine's clock right and keep it so (NTP); then try it there with: switchyard storage check.",
  }),
  wrong_bytes: (bucket) => ({
    level: "watch",
    title: "R2 gives back other bytes than were sent",
    todo: `Find out what stands between this machine and bucket ${bucket}: ${STEPS}`,
  }),
  rejected: (bucket) => ({
    level: "watch",
    title: "R2 refuses pictures",
    todo: `See what bucket ${bucket} allows (locks, limits, another kind of store): ${STEPS}`,
  }),
  unavailable: () => ({
    level: "watch",
    title: "R2 does not answer as it should",
    todo: `They move by themselves once it is back. Look at Cloudflare's status page; ${STEPS} switchyard storage status shows how much room the disk has until then.`,
  }),
  nobody: () => ({
    level: "watch",
    title: "Pictures wait on a disk that no instance serves",
    meanwhile: "Until then they cannot be read.",
    todo: "Start Switchyard on that machine, with that data folder: each instance moves its own. switchyard storage status names the disks.",
  }),
  stuck: () => ({
    level: "watch",
    title: "Pictures cannot be moved to R2",
    meanwhile: "Those that are whole are served from the disk.",
    todo: `The log names each with its reason ("a spooled picture …"); ${STEPS}`,
  }),
};

type Spooled = StorageFacts["spool"][number];

/** Why these still wait; null while they are on their way. */
function causeOf(
  { diskId }: Spooled,
  looks: StorageLook[],
): { cause: Cause; says: string | null; host: string } | null {
  const own = looks.filter((look) => diskId === null || look.diskId === diskId);
  const movedMs = Math.min(...own.map(({ movedAgeMs }) => movedAgeMs ?? Number.POSITIVE_INFINITY));
  const failed = own.flatMap(({ failure, host }) =>
    failure !== null && isCause(failure.fault) && failure.ageMs < movedMs
      ? [{ cause: failure.fault, says: failure.problem, host }]
      : [],
  );
  const [worst] = failed.toSorted(byCause);
  if (worst !== undefined) return worst;
  if (movedMs < WAITS_MS) return null;
  return { cause: own.length === 0 ? "nobody" : "stuck", says: null, host: own[0]?.host ?? "" };
}

function byCause(one: { cause: Cause }, other: { cause: Cause }): number {
  return CAUSES.indexOf(one.cause) - CAUSES.indexOf(other.cause);
}

function waiting({ bucket, spool, looks }: StorageFacts): StorageFinding | null {
  if (bucket === null) return null;
  const held = spool
    .filter(({ oldestAgeMs }) => oldestAgeMs > WAITS_MS)
    .flatMap((depth) => {
      const found = causeOf(depth, looks);
      return found === null ? [] : [{ ...depth, ...found }];
    });
  const [worst] = held.toSorted(byCause);
  if (worst === undefined) return null;
  const oldestMs = Math.max(...held.map(({ oldestAgeMs }) => oldestAgeMs));
  const words = WORDS[worst.cause](bucket);
  const pictures = held.reduce((sum, depth) => sum + depth.pictures, 0);
  const sizeBytes = held.reduce((sum, depth) => sum + depth.sizeBytes, 0);
  const where = held.length === 1 ? "on a disk" : `on ${held.length} disks`;
  const wait = `${pictures} ${pictures === 1 ? "picture" : "pictures"} (${megabytes(sizeBytes)}) ${pictures === 1 ? "waits" : "wait"} ${where} for bucket ${bucket}, the oldest is ${span(oldestMs)} old.`;
  const reason = worst.says === null ? "" : `${sentence(`${worst.says} (seen by ${worst.host})`)} `;
  const hasRoom = looks.every(({ roomProblem }) => roomProblem === null);
  const meanwhile = words.meanwhile ?? (hasRoom ? "Results go on succeeding from the disk." : "");
  return {
    key: "storage_waiting",
    level: oldestMs >= LONG_MS ? "breach" : words.level,
    title: words.title,
    says: `${reason}${wait} ${meanwhile}`.trimEnd(),
    todo: words.todo,
  };
}

function full({ bucket, looks }: StorageFacts): StorageFinding | null {
  const full = looks.filter(({ roomProblem }) => roomProblem !== null);
  const [first] = full;
  if (first === undefined || first.roomProblem === null) return null;
  const hosts = [...new Set(full.map(({ host }) => host))].join(", ");
  const others = looks.length - full.length;
  const rest = others === 0 ? "" : ` ${others} of ${looks.length} instances still have room and go on.`;
  const r2 =
    bucket === null ? "" : " While R2 takes pictures a full disk holds nothing up: switchyard storage check tries it.";
  return {
    key: "storage_full",
    level: "breach",
    title: "No place for pictures",
    says: `Nothing new is accepted or begun on ${hosts}: ${sentence(first.roomProblem)} Callers get 503 with Retry-After; results under way are still kept.${rest}`,
    todo: `Make room on that disk, or give it more; it goes on by itself. switchyard storage sweep shows what nobody needs, switchyard storage keep removes old pictures.${r2}`,
  };
}

/** What is wrong with the installation's stores, the worst first. */
export function findStorage(facts: StorageFacts): StorageFinding[] {
  return [full(facts), waiting(facts)].filter((finding) => finding !== null);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function megabytes(bytes: number): string {
  const megas = bytes / (1024 * 1024);
  return megas < 1 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${megas.toFixed(1)} MB`;
}

function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}
