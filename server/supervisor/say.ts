/** The supervisor's voice. With `json`, stdout is kept for the one line that a program waits for. */
export interface Voice {
  say(line: string): void;
  /** A finished step, in the numbering that the bootstrap began. */
  step(number: number, title: string, sinceMs: number): void;
  json(value: unknown): void;
}

export function createVoice(json: boolean): Voice {
  const stream = json ? process.stderr : process.stdout;
  // A closed terminal must not take the supervisor down before it has stopped its children.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  return {
    say,
    step: (number, title, sinceMs) => say(`[${number}/5] ${title} … ${seconds(performance.now() - sinceMs)}`),
    json: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
