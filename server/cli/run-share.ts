import { type MeasuredShare, measuredShare, variableStatus } from "@/db/queries/rollout-status";
import { STEP_INFO, stepFor } from "@/server/domain/gates";
import { AppError } from "@/server/errors";
import { changeShare, type RedGate } from "@/server/rollout/change-share";
import { readPolicy } from "@/server/rollout/gates/read-policy";
import { redGates } from "@/server/rollout/gates/red-gates";
import { whatIf } from "@/server/rollout/gates/what-if";
import { currentRevision, type Revision } from "@/server/rollout/revision";
import { EXIT } from "./exit-codes";
import { ago, pairs, share } from "./format";
import { type Rollout, withRollout } from "./open-rollout";
import { actorWords, plain, whatIfLines } from "./rollout-lines";
import { parseOverride, parseSeen, requireReason } from "./rollout-options";
import type { ShareOptions } from "./share";
import { servers } from "./status-lines";
import type { Tools } from "./tools";

/** What of a revision is shown: the salt is the split's own business. */
export function revisionView({ salt: _salt, id: _id, ...shown }: Revision) {
  return shown;
}

export async function showShare({ terminal }: Tools, options: ShareOptions): Promise<number> {
  const say = (line: string) => terminal.say(line);
  return withRollout(options.environment, say, async ({ deps, environment }) => {
    const revision = await currentRevision(deps.db, environment);
    const [measured, variable] = await Promise.all([
      measuredShare(deps.db, environment, revision.number),
      variableStatus(deps.db),
    ]);
    const problems = variable.flatMap(({ problem }) => (problem === null ? [] : [problem]));
    if (options.json) terminal.data(JSON.stringify({ ...revisionView(revision), measured, problems }, null, 2));
    else for (const line of shareLines(revision, measured)) terminal.data(line);
    for (const problem of problems) say(problem);
    return EXIT.ok;
  });
}

function shareLines(revision: Revision, measured: MeasuredShare): string[] {
  const { n, measuredBp, forced, fallback, notAvailable } = measured;
  const since = `${actorWords(revision)}, ${ago(Date.now() - revision.createdAtMs)}`;
  return pairs([
    ["environment", revision.environment],
    ["serves", servers(revision.candidateShareBp)],
    ["revision", `${revision.number} (${revision.phase}${revision.held ? ", held: see switchyard resume" : ""})`],
    ["since", revision.reason ? `${since}: ${revision.reason}` : since],
    ["configured", `${share(revision.candidateShareBp)} to ComfyUI`],
    [
      "measured",
      measuredBp === null
        ? "nothing routed at this revision yet"
        : `${share(measuredBp)} of ${n - forced} generations that named no provider`,
    ],
    ["gap", `${forced} named their provider, ${fallback} fell back, ${notAvailable} found nobody to serve them`],
  ]);
}

/** Sets the share, or says what stands against it. Everything that was typed is checked before anything is opened. */
export async function runShare({ terminal }: Tools, shareBp: number, options: ShareOptions): Promise<number> {
  const override = parseOverride(options.override);
  const seenRevision = parseSeen(options.seen);
  const reason = options.dryRun ? null : requireReason(options.reason);
  const say = (line: string) => terminal.say(line);
  return withRollout(options.environment, say, async (rollout) => {
    const { deps, environment, operator } = rollout;
    const before = await currentRevision(deps.db, environment);
    const rises = shareBp > before.candidateShareBp;
    if (rises) await rollout.refreshReadiness();
    if (reason === null) return showPlan(rollout, before, shareBp, options.json === true, terminal.data);
    if (shareBp === before.candidateShareBp && (seenRevision ?? before.number) === before.number) {
      if (options.json) terminal.data(JSON.stringify({ changed: false, ...revisionView(before) }, null, 2));
      else terminal.data(`nothing to change in ${environment}: ${servers(shareBp)}, revision ${before.number}`);
      return EXIT.ok;
    }
    if (rises)
      for (const line of whatIfLines(await whatIf(deps.db, environment, shareBp, new Date()))) say(plain(line));
    const { gates } = await readPolicy(deps.db, environment);
    const step = stepFor(before, shareBp, gates);
    try {
      const after = await changeShare({ ...deps, redGates: redGates(deps) }, operator, {
        environment,
        shareBp,
        phase: step === null ? null : STEP_INFO[step].phase,
        reason,
        seenRevision: seenRevision ?? before.number,
        override,
      });
      if (options.json) terminal.data(JSON.stringify({ changed: true, ...revisionView(after) }, null, 2));
      else for (const line of changeLines(before, after)) terminal.data(line);
      return EXIT.ok;
    } catch (error) {
      if (!AppError.is(error) || !error.problems.some(({ field }) => field.startsWith("gates."))) throw error;
      say(`switchyard: ${plain(error.message)}`);
      return EXIT.check;
    }
  });
}

async function showPlan(
  { deps, environment }: Rollout,
  before: Revision,
  shareBp: number,
  asJson: boolean,
  print: (text: string) => void,
): Promise<number> {
  const [expected, red] = await Promise.all([
    whatIf(deps.db, environment, shareBp, new Date()),
    redGates(deps)(environment, shareBp),
  ]);
  if (asJson) print(JSON.stringify({ from: revisionView(before), toShareBp: shareBp, expected, red }, null, 2));
  else {
    print(`${environment}: from ${servers(before.candidateShareBp)} to ${servers(shareBp)}; nothing is changed`);
    for (const line of [...whatIfLines(expected), ...redLines(red)]) print(plain(line));
  }
  return red.length === 0 ? EXIT.ok : EXIT.check;
}

function redLines(red: readonly RedGate[]): string[] {
  return red.length === 0 ? ["no gate is red"] : ["red gates:", ...red.map(({ title, why }) => `  ${title}: ${why}`)];
}

function changeLines(before: Revision, after: Revision): string[] {
  const overridden = Array.isArray(after.details?.overridden) ? after.details.overridden.length : 0;
  return pairs([
    ["environment", after.environment],
    ["serves", `${servers(after.candidateShareBp)}, since revision ${after.number} (${after.phase})`],
    ["was", `${servers(before.candidateShareBp)}, revision ${before.number}`],
    ...(overridden > 0 ? [["overridden", `${overridden} red gates, named in the history`] as [string, string]] : []),
    ["way back", "switchyard rollback"],
  ]);
}
