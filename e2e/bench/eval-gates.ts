import { parseArgs } from "node:util";
import { QUESTIONS, type Question } from "./gates/questions";
import { type Found, simulate } from "./gates/simulate";

const HELP = `Usage: npm run eval:gates -- [--sims N] [--seed N] [--json]

Simulates rollouts with a look after every generation and counts how often the shipped judgements are wrong, and how
many generations of the candidate a true difference takes to be found. Plain thresholds see the same outcomes beside
them. Ends with 1 when a bound of 5 % is not kept.

  --sims N   runs per question, default 2000
  --seed N   default 1
  --json     one line of JSON instead of a table
`;

const BOUND = 0.05;

interface Answer {
  question: Question;
  found: Record<string, Found>;
}

const percent = (part: number) => `${(part * 100).toFixed(part < 0.1 ? 2 : 1)} %`;
const number = (value: number | null) => (value === null ? "–" : String(value));

function cell(question: Question, found: Found): string {
  if (question.kind === "at_most_5") return percent(found.part);
  return `${number(found.median)} / ${number(found.p90)} (${percent(found.part)})`;
}

function print(answers: Answer[], kind: Question["kind"], heading: string): void {
  console.log(`\n${heading}\n`);
  for (const { question, found } of answers.filter((answer) => answer.question.kind === kind)) {
    const [ours, ...others] = Object.entries(found);
    if (!ours) continue;
    const mark = kind === "finds" ? "" : ours[1].part <= BOUND ? "  ok " : "  BAD";
    console.log(`${question.title.padEnd(46)}${mark} ${cell(question, ours[1]).padStart(22)}`);
    for (const [name, other] of others) {
      console.log(
        `${`    ${name}`.padEnd(46)}${kind === "finds" ? "" : "     "} ${cell(question, other).padStart(22)}`,
      );
    }
  }
}

const { values } = parseArgs({
  options: {
    sims: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const [sims, seed] = [Number(values.sims), Number(values.seed)];
  if (!Number.isInteger(sims) || sims < 10 || !Number.isInteger(seed)) {
    throw new Error("sims must be a whole number from 10 on, seed a whole number");
  }
  const startedMs = performance.now();
  const answers = QUESTIONS.map((question): Answer => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${question.title}`);
    return { question, found: simulate(question.methods, question.world, { sims, seed }) };
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const seconds = (performance.now() - startedMs) / 1000;
  const broken = answers.filter(
    ({ question, found }) => question.kind === "at_most_5" && (Object.values(found)[0]?.part ?? 1) > BOUND,
  );
  if (values.json) {
    const questions = answers.map(({ question: { methods: _methods, ...question }, found }) => ({
      ...question,
      found,
    }));
    console.log(JSON.stringify({ sims, seed, seconds, bound: BOUND, broken: broken.length, questions }));
  } else {
    print(answers, "at_most_5", "Acts falsely at any look (ours must stay at 5 % or below)");
    print(answers, "finds", "Generations of the candidate until found: median / p90 (part of runs)");
    console.log(`\n${sims} runs a question, seed ${seed}, a look after every generation, ${seconds.toFixed(0)} s`);
    if (broken.length > 0) console.log(`${broken.length} bounds were not kept`);
  }
  process.exitCode = broken.length > 0 ? 1 : 0;
}
