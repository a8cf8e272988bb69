import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, it } from "vitest";

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function start(...args: string[]): {
  child: ChildProcess;
  line: Promise<string>;
  errors: () => string;
  exit: Promise<number | null>;
} {
  const child = spawn(process.execPath, ["--import", "tsx", "server/sandbox/main.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let [output, errors] = ["", ""];
  child.stderr.on("data", (part) => {
    errors += part;
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (part) => {
      output += part;
      if (output.includes("\n")) resolve(output.slice(0, output.indexOf("\n")));
    });
    child.once("close", () => reject(new Error(`ended without a line: ${errors}`)));
  });
  line.catch(() => {});
  return { child, line, errors: () => errors, exit };
}

it("says in one line of JSON where it is, answers there, and leaves on SIGTERM", async () => {
  const { child, line, exit } = start("--json", "--clock", "100", "--seed", "3", "--scenario", "bad-night");
  const { urls, credentials, pid } = JSON.parse(await line);
  expect(pid).toBe(child.pid);
  const health = await fetch(`${urls.runpodJobs}/v2/${credentials.endpointId}/health`, {
    headers: { authorization: `Bearer ${credentials.runpodApiKey}` },
  });
  expect(health.status).toBe(200);
  const about = (await (await fetch(urls.control)).json()) as { seed: number; clockFactor: number };
  expect(about).toMatchObject({ seed: 3, clockFactor: 100 });
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
});

it("samples latencies as JSON without starting a server", async () => {
  const { line, exit } = start("--sample", "500", "--json");
  const { classes } = JSON.parse(await line);
  expect(classes.map((entry: { class: string; n: number }) => [entry.class, entry.n])).toEqual([
    ["scenario", 500],
    ["warm", 500],
    ["cold", 500],
  ]);
  expect(await exit).toBe(0);
});

it("refuses what it cannot read by name", async () => {
  const bad = start("--seed", "many");
  expect(await bad.exit).toBe(1);
  expect(bad.errors()).toContain('--seed must be a number from 0, not "many"');
});
