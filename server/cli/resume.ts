import type { Command } from "commander";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, parseSeen, requireReason } from "./rollout-options";
import type { Tools } from "./tools";

interface ResumeOptions {
  environment?: string;
  reason?: string;
  seen?: string;
  json?: boolean;
}

export function addResume(program: Command, tools: Tools): void {
  program
    .command("resume")
    .description("end the hold that a rollback has left; moves no traffic by itself")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--reason <text>", "what was found and done, in 8 characters or more; needed")
    .option("--seen <revision>", "change nothing if another revision is in force by now")
    .option("--json", "print the new revision as JSON")
    .action((options: ResumeOptions) => run(tools, options));
}

async function run({ terminal }: Tools, options: ResumeOptions): Promise<void> {
  const reason = requireReason(options.reason);
  const seen = parseSeen(options.seen);
  const { withRollout } = await import("./open-rollout");
  const { currentRevision } = await import("@/server/rollout/revision");
  const { resume } = await import("@/server/rollout/resume");
  const { revisionView } = await import("./run-share");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      const seenRevision = seen ?? (await currentRevision(deps.db, environment)).number;
      const revision = await resume(deps, operator, { environment, reason, seenRevision });
      if (options.json) return terminal.data(JSON.stringify(revisionView(revision), null, 2));
      terminal.data(`${environment} is not held any more, since revision ${revision.number}; no traffic was moved`);
    },
  );
}
