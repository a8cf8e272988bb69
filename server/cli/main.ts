import { CommanderError } from "commander";
import { describeError } from "./describe-error";
import { EXIT, exitCodeOf } from "./exit-codes";
import { createProgram } from "./program";
import { createTerminal } from "./terminal";

const terminal = createTerminal(process.env, process.stdout, process.stderr);
const tools = { terminal, env: process.env, exitCode: EXIT.ok as number };

// `switchyard generations | head`: the reader has what it wanted.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);

try {
  await createProgram(tools).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong already. Its help counts as an error only where it was not asked for.
    tools.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    terminal.say(`switchyard: ${describeError(error)}`);
    tools.exitCode = exitCodeOf(error);
  }
}
// Kept connections must not keep a command alive that is done.
process.stdout.write("", () => process.exit(tools.exitCode));
