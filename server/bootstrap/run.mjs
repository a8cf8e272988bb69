import "./node-version.mjs";

const { resolve } = await import("node:path");
const { pathToFileURL } = await import("node:url");
const { ROOT } = await import("./paths.mjs");
const { giveUp, progressTo } = await import("./step.mjs");

// Runs a TypeScript file of the project: `run.mjs FILE.ts args…`; with `--browser` in front of FILE it finds one there.
const words = process.argv.slice(2);
const needsBrowser = words[0] === "--browser";
const [file, ...args] = needsBrowser ? words.slice(1) : words;
if (file === undefined) {
  console.error("usage: node server/bootstrap/run.mjs [--browser] FILE.ts args…");
  process.exit(2);
}
progressTo(process.stderr);
process.chdir(ROOT);
try {
  await (await import("./install.mjs")).ensureInstalled();
  if (needsBrowser) {
    const { ensureBrowser } = await import("./browser.mjs");
    process.env.CHROMIUM_PATH = await ensureBrowser((line) => process.stderr.write(`${line}\n`));
  }
} catch (error) {
  giveUp(error);
}
const program = resolve(ROOT, file);
process.argv = [process.argv[0], program, ...args];
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(program).href);
