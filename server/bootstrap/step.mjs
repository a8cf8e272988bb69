/** Where progress goes. The CLI's own output must stay clean, so there it is stderr. */
let stream = process.stdout;

export function progressTo(target) {
  stream = target;
}

/**
 * Runs the work under a line such as `[2/5] building … 31.2 s`. On a terminal the seconds run along; elsewhere the
 * line is written in two parts, so that a log shows what it is waiting for.
 */
export async function step(number, title, work) {
  const label = `[${number}/5] ${title} … `;
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  stream.write(label);
  const ticker = stream.isTTY ? setInterval(() => stream.write(`\r${label}${seconds()} `), 200) : undefined;
  try {
    const result = await work();
    stream.write(stream.isTTY ? `\r${label}${seconds()} \n` : `${seconds()}\n`);
    return result;
  } catch (error) {
    stream.write(stream.isTTY ? `\r${label}failed after ${seconds()}\n` : `failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/** A failure that has been explained: printed as it is, without a stack. */
export class StepError extends Error {}

/** Ends the process with the reason, on stderr. */
export function giveUp(error) {
  console.error(error instanceof StepError ? `\n${error.message}` : error);
  process.exit(1);
}
