/**
 * Groups calls that arrive while an earlier group is being written into one write. Under load many generations share
 * one statement and one commit; alone a call goes out at once. `run` gets the inputs in order and answers in order.
 */
export function createBatcher<Input, Output>(
  run: (inputs: Input[]) => Promise<Output[]>,
  options: { maxSize: number; maxParallel: number; isolate?: (error: unknown) => boolean },
): (input: Input) => Promise<Output> {
  interface Entry {
    input: Input;
    resolve(output: Output): void;
    reject(error: unknown): void;
  }
  let waiting: Entry[] = [];
  let running = 0;
  let scheduled = false;

  const flush = () => {
    scheduled = false;
    while (waiting.length > 0 && running < options.maxParallel) {
      const batch = waiting.slice(0, options.maxSize);
      waiting = waiting.slice(options.maxSize);
      running += 1;
      void execute(batch);
    }
  };
  const execute = async (batch: Entry[]) => {
    await write(batch);
    running -= 1;
    flush();
  };
  const write = async (batch: Entry[]): Promise<void> => {
    try {
      const outputs = await run(batch.map((entry) => entry.input));
      batch.forEach((entry, index) => {
        entry.resolve(outputs[index] as Output); // run's contract: one output an input
      });
    } catch (error) {
      // One row that the database refuses must not fail its neighbours: each is then written alone.
      if (batch.length > 1 && options.isolate?.(error)) await Promise.all(batch.map((entry) => write([entry])));
      else for (const entry of batch) entry.reject(error);
    }
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (scheduled) return;
      scheduled = true;
      // After this turn's I/O callbacks: requests read in the same turn travel together.
      setImmediate(flush);
    });
}
