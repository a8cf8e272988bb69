import { spawn } from "node:child_process";
import { ROOT } from "./paths.mjs";
import { StepError } from "./step.mjs";

/** Runs a program and shows its output only when it fails. Throws StepError with the last of that output. */
export function runQuietly(command, args, env = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => fail(new StepError(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) done(output);
      else fail(new StepError(`${command} ${args.join(" ")} ended with ${signal ?? code}:\n${output}`));
    });
  });
}
