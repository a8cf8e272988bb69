import "./node-version.mjs";

const { spawn } = await import("node:child_process");
const { mkdirSync, rmSync } = await import("node:fs");
const { join } = await import("node:path");
const { parseArgs } = await import("node:util");
const { ensureBrowser } = await import("./browser.mjs");
const { ensureBuilt } = await import("./build.mjs");
const { ensureInstalled } = await import("./install.mjs");
const { BUILD, ROOT } = await import("./paths.mjs");
const { StepError } = await import("./step.mjs");
const { playwrightCounts, stepCounts, vitestCounts } = await import("./test-results.mjs");

const REPORTS = join(BUILD, "test");
const VITEST_REPORT = join(REPORTS, "vitest.json");
const PLAYWRIGHT_REPORT = join(REPORTS, "playwright.json");

const say = (line) => process.stdout.write(`${line}\n`);

/** Runs one of our tools in the open. True when it ends well. */
function tool(path, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", path), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", (error) => {
      say(String(error));
      done(false);
    });
    child.on("close", (code) => done(code === 0));
  });
}

/** Preparation that explains its own failure. */
async function prepared(work) {
  try {
    await work();
    return true;
  } catch (error) {
    say(error instanceof StepError ? error.message : String(error?.stack ?? error));
    return false;
  }
}

async function types() {
  // What an earlier build or dev server wrote may speak of pages that are gone.
  for (const old of [".next/types", ".next/dev/types"]) rmSync(join(ROOT, old), { recursive: true, force: true });
  // Writes the declarations of pages and style sheets that a fresh clone lacks.
  const generated = await tool("next/dist/bin/next", ["typegen"], { NEXT_TELEMETRY_DISABLED: "1" });
  return stepCounts((await tool("typescript/bin/tsc", ["--noEmit"])) && generated);
}

async function lint() {
  return stepCounts(await tool("@biomejs/biome/bin/biome", ["check", "."]));
}

async function deadCode() {
  return stepCounts(await tool("knip/bin/knip.js", ["--no-progress"]));
}

async function unit() {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${VITEST_REPORT}`];
  // Some integration tests start the programs themselves.
  const ready = await prepared(async () => (await import("./build.mjs")).ensureBundled());
  const ok = await tool("vitest/vitest.mjs", ["run", ...reporters], { NODE_ENV: "test" });
  return vitestCounts(VITEST_REPORT, ok && ready);
}

async function build() {
  return stepCounts(await prepared(ensureBuilt));
}

async function browser() {
  let path = "";
  const ready = await prepared(async () => {
    await ensureBuilt();
    path = await ensureBrowser(say);
  });
  if (!ready) return stepCounts(false);
  say(`browser: ${path}`);
  const ok = await tool("playwright/cli.js", ["test", "--config", "e2e/playwright.config.ts"], {
    CHROMIUM_PATH: path,
    PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT,
  });
  return playwrightCounts(PLAYWRIGHT_REPORT, ok);
}

const STEPS = { types, lint, "dead-code": deadCode, unit, build, browser };

const { values } = parseArgs({ options: { only: { type: "string" } } });
if (values.only !== undefined && STEPS[values.only] === undefined) {
  say(`--only must be one of ${Object.keys(STEPS).join(", ")}`);
  process.exit(2);
}
process.chdir(ROOT);
if (!(await prepared(ensureInstalled))) process.exit(1);
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
for (const name of values.only === undefined ? Object.keys(STEPS) : [values.only]) {
  say(`\n──── ${name} ────`);
  const startedAt = performance.now();
  const counts = await STEPS[name]();
  for (const key of Object.keys(total)) total[key] += counts[key];
  const outcome = counts.failed === 0 ? "ok" : "FAILED";
  summary.push(`${name.padEnd(10)} ${outcome.padEnd(7)} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  say(summary.at(-1));
}
say(`\n──── summary ────\n${summary.join("\n")}\n`);
say(`tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
