import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { startSwitchyard } from "../support/switchyard";
import { type PickedPrompt, pickPrompts, readPrompts } from "./prompts/pick-prompts";
import { type Job, type Outcome, openSurfaces, type Surfaces } from "./prompts/surfaces";

const HELP = `Usage: npm run eval:prompts -- [--data DIR] [--prompts N] [--clock F]

Real prompts and photographs over both providers and all operations, by REST and CLI, on a whole Switchyard with the
sandbox. Prints a table of outcomes, and every generation that did not become its picture; ends with 1 if there is one.

  --data DIR   default ../shared/data: prompts-partiprompts-half.tsv and photos/
  --prompts N  default 50: the longest, those that are not ASCII, single words, and a sample
  --clock F    sandbox seconds per second (default 20)
`;

/** The sandbox's machine is also ours: more at once would measure the wait for its two cores. */
const AT_ONCE: Record<Job["surface"], number> = { REST: 4, CLI: 2 };

/** Every prompt on both providers by REST, the odd ones by CLI as well, every photograph through both operations. */
function plan(prompts: PickedPrompt[], photos: string[]): Job[] {
  const jobs: Job[] = [];
  for (const [index, { text, why }] of prompts.entries()) {
    for (const provider of PROVIDER_IDS) {
      const txt2img = { provider, operation: "txt2img" as const, prompt: text, photo: null };
      jobs.push({ surface: "REST", ...txt2img });
      if (why !== "sample") jobs.push({ surface: "CLI", ...txt2img });
    }
    const photo = photos[index % Math.max(1, photos.length)];
    const provider = PROVIDER_IDS[index % PROVIDER_IDS.length] ?? "scenario";
    if (photo !== undefined) jobs.push({ surface: "REST", provider, operation: "img2img", prompt: text, photo });
  }
  for (const photo of photos) {
    for (const provider of PROVIDER_IDS) {
      for (const surface of ["REST", "CLI"] as const)
        jobs.push({ surface, provider, operation: "remove_background", prompt: null, photo });
      const prompt = prompts[0]?.text ?? "a painting";
      jobs.push({ surface: "CLI", provider, operation: "img2img", prompt, photo });
    }
  }
  return jobs;
}

async function runAll(jobs: Job[], surfaces: Surfaces): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const lanes = (["REST", "CLI"] as const).flatMap((surface) => {
    const open = jobs.filter((job) => job.surface === surface);
    return Array.from({ length: AT_ONCE[surface] }, async () => {
      for (let job = open.shift(); job !== undefined; job = open.shift()) {
        outcomes.push(await surfaces[surface](job));
        if (outcomes.length % 25 === 0) console.error(`${outcomes.length} of ${jobs.length}`);
      }
    });
  });
  await Promise.all(lanes);
  return outcomes;
}

function print(outcomes: Outcome[]): void {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const name = [outcome.surface.padEnd(5), outcome.provider.padEnd(9), outcome.operation.padEnd(18)].join(" ");
    groups.set(name, [...(groups.get(name) ?? []), outcome]);
  }
  console.log(`${"by".padEnd(5)} ${"provider".padEnd(9)} ${"operation".padEnd(18)}    n  good  longest`);
  for (const [name, rows] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    const good = rows.filter((row) => row.problem === null).length;
    const longestMs = Math.max(0, ...rows.map((row) => row.latencyMs ?? 0));
    console.log(
      `${name} ${String(rows.length).padStart(4)} ${String(good).padStart(5)} ${(longestMs / 1_000).toFixed(1).padStart(6)} s`,
    );
  }
  for (const { surface, provider, operation, prompt, photo, state, problem } of outcomes) {
    if (problem === null) continue;
    console.log(
      `\n${surface} ${provider} ${operation} ${state}: ${problem}\n  ${photo ?? ""} ${JSON.stringify(prompt)?.slice(0, 200)}`,
    );
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: "../shared/data" },
      prompts: { type: "string", default: "50" },
      clock: { type: "string", default: "20" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const file = join(values.data, "prompts-partiprompts-half.tsv");
  const count = Number(values.prompts);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`--prompts must be a whole number from 1, not "${values.prompts}"`);
  if (!existsSync(file)) {
    console.log(`nothing was tried: ${file} is not there; --data names another folder`);
    return;
  }
  const prompts = pickPrompts(readPrompts(readFileSync(file, "utf8")), count);
  const folder = resolve(values.data, "photos");
  const photos = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const kinds = [...new Set(prompts.map(({ why }) => why))].map(
    (why) => `${prompts.filter((prompt) => prompt.why === why).length} ${why}`,
  );
  console.log(
    `${prompts.length} prompts (${kinds.join(", ")}; the longest has ${Math.max(...prompts.map(({ text }) => text.length))} characters), ${photos.length} photographs\n`,
  );

  const product = await startSwitchyard({
    sandboxOptions: ["--clock", values.clock, "--workers-max", "3"],
    env: { LOG_LEVEL: "warn" },
  });
  try {
    const outcomes = await runAll(plan(prompts, photos), await openSurfaces(product));
    print(outcomes);
    const wrong = outcomes.filter(({ problem }) => problem !== null).length;
    console.log(`\n${outcomes.length} generations, ${outcomes.length - wrong} became their picture, ${wrong} did not`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    await product.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
