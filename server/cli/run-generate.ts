import { FAILURE_MODE_INFO } from "@/server/domain/failure-modes";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { isTerminal, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { openWorkDoor, type WorkDoor } from "./door";
import { EXIT } from "./exit-codes";
import { bytes, coldStart, instant, milliseconds, money, pairs } from "./format";
import type { GenerateOptions } from "./generate";
import { onInterrupt } from "./interrupt";
import { readOrder } from "./order";
import { checkOutFiles, outNames, writeOut } from "./out-files";
import { createProgress } from "./progress";
import { callerPath } from "./terminal";
import type { Tools } from "./tools";

const LEFT_BY_SIGNAL = 130;
/** A generation ends at its deadline. One that has not by then has no worker that could end it. */
const GRACE_MS = 30_000;

/** Makes the pictures, waits, writes them, and gives the exit code. */
export async function runGenerate(
  { terminal, env }: Tools,
  prompt: string | undefined,
  options: GenerateOptions,
): Promise<number> {
  const order = await readOrder(env, prompt, options);
  const out = options.out === undefined ? null : callerPath(env, options.out);
  const force = options.force === true;
  if (out !== null) await checkOutFiles(outNames(out, order.params.count), force);

  const leaving = { id: null as string | null, asked: false };
  let cancel = () => {};
  const stopListening = onInterrupt(
    () => {
      leaving.asked = true;
      terminal.say("cancelling … (Ctrl-C again leaves at once)");
      cancel();
    },
    () => {
      if (leaving.id !== null) terminal.say(`left; generation ${leaving.id} may still run`);
      process.exit(LEFT_BY_SIGNAL);
    },
  );
  const door = await openWorkDoor((line) => terminal.say(line), order.environment);
  try {
    if (leaving.asked) return EXIT.failed;
    const { id, created } = await door.submit(order);
    leaving.id = id;
    terminal.say(
      `generation ${id}${created ? "" : ", accepted by an earlier command"} (idempotency key ${order.idempotencyKey})`,
    );
    const progress = createProgress(terminal);
    let last: GenerationDetail | null = null;
    try {
      cancel = () => void door.cancel(id).catch((error: Error) => terminal.say(`cancelling failed: ${error.message}`));
      if (leaving.asked) cancel();
      const tooLate = new AbortController();
      let timer: NodeJS.Timeout | null = null;
      for await (const detail of door.watch(id, tooLate.signal)) {
        // By how long it has, not by when it ends: this machine's clock may differ from the server's.
        timer ??= setTimeout(() => tooLate.abort(), detail.deadlineAtMs - detail.createdAtMs + GRACE_MS);
        timer.unref();
        last = detail;
        progress.show(detail);
      }
      if (timer) clearTimeout(timer);
    } finally {
      progress.end();
    }
    if (last === null) throw new Error(`nothing was heard of generation ${id}`);
    if (!isTerminal(last.state)) terminal.say(`given up after its deadline: no worker has ended generation ${id}`);
    const files = out === null || last.state !== "succeeded" ? [] : await writePictures(door, last, out, force);
    if (options.json) terminal.data(JSON.stringify(last, null, 2));
    else for (const line of resultLines(last, files, door.serverUrl)) terminal.data(line);
    return last.state === "succeeded" ? EXIT.ok : EXIT.failed;
  } finally {
    stopListening();
    await door.close();
  }
}

async function writePictures(door: WorkDoor, detail: GenerationDetail, out: string, force: boolean): Promise<string[]> {
  const names = outNames(out, detail.images.length);
  for (const [index, image] of detail.images.entries()) {
    const name = names[index];
    if (name !== undefined) await writeOut(name, await door.picture(image), force);
  }
  return names;
}

/** What came of it, for people: who made it, how long it took, what it cost, why it went there. */
export function resultLines(detail: GenerationDetail, files: string[], serverUrl: string | null): string[] {
  const attempt = detail.attempts.at(-1);
  const split = [
    ["waiting", detail.delayMs],
    ["execution", detail.executionMs],
    ["storing", detail.storeMs],
  ]
    .filter((part): part is [string, number] => part[1] !== null)
    .map(([name, ms]) => `${name} ${milliseconds(ms)}`);
  const entries: [string, string][] = [
    ["generation", detail.id],
    ["state", detail.state],
    ...failureEntries(detail),
    ["provider", `${PROVIDER_NAMES[detail.provider]}${detail.model ? `, ${detail.model}` : ""}`],
    ["latency", [milliseconds(detail.latencyMs), ...(split.length > 0 ? [`(${split.join(", ")})`] : [])].join(" ")],
    ["cold start", `${coldStart(detail.coldClass)}${attempt?.coldBecause ? `: ${attempt.coldBecause}` : ""}`],
    ["cost", `${money(detail.costMicros)}${detail.costEstimated ? " (estimate)" : ""}`],
    ["baseline", `${money(detail.baselineMicros)} at the control's price`],
    ["revision", `${detail.revision}, decided by ${detail.receipt.rule} in ${detail.environment}`],
    ...detail.warnings.map((warning): [string, string] => ["warning", warning]),
    ...detail.images.map((image, index): [string, string] => {
      const what = `${image.width}×${image.height} ${image.mimeType.replace("image/", "").toUpperCase()}, ${bytes(image.sizeBytes)}`;
      const kept = serverUrl === null ? "stored; --out writes it to a file" : serverUrl + image.url;
      const place =
        files[index] ?? (image.expiredAtMs === null ? kept : `removed by age ${instant(image.expiredAtMs)}`);
      return ["picture", `${what}: ${place}`];
    }),
  ];
  return pairs(entries);
}

function failureEntries(detail: GenerationDetail): [string, string][] {
  if (detail.failureMode === null) return [];
  const info = FAILURE_MODE_INFO[detail.failureMode];
  const said = detail.events.at(-1)?.data?.message;
  const message = detail.attempts.at(-1)?.failureMessage ?? (typeof said === "string" ? said : info.symptom);
  return [
    ["failure", `${detail.failureMode}: ${message}`],
    ["what helps", info.mitigation],
  ];
}
