import "./node-version.mjs";

const { resolve } = await import("node:path");
const { pathToFileURL } = await import("node:url");
const { ROOT } = await import("./paths.mjs");
const { giveUp, progressTo } = await import("./step.mjs");

// Runs a TypeScript file of the project: `run.mjs FILE.ts args…`
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node server/bootstrap/run.mjs FILE.ts args…");
  process.exit(2);
}
progressTo(process.stderr);
process.chdir(ROOT);
try {
  await (await import("./install.mjs")).ensureInstalled();
} catch (error) {
  giveUp(error);
}
const program = resolve(ROOT, file);
process.argv = [process.argv[0], program, ...args];
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(program).href);
