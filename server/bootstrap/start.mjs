import "./node-version.mjs";

const { parseArgs } = await import("node:util");
const { join } = await import("node:path");
const { pathToFileURL } = await import("node:url");
const { ROOT, BUILD } = await import("./paths.mjs");
const { giveUp, progressTo } = await import("./step.mjs");

const { values } = parseArgs({
  options: { dev: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
process.chdir(ROOT);
if (values.json) progressTo(process.stderr);
try {
  await (await import("./install.mjs")).ensureInstalled();
  if (values.dev) {
    process.env.NODE_ENV = "development";
    const { register } = await import("tsx/esm/api");
    register();
    await import(pathToFileURL(join(ROOT, "server", "supervisor", "main.ts")).href);
  } else {
    process.env.NODE_ENV = "production";
    if (!values.help) await (await import("./build.mjs")).ensureBuilt();
    else await (await import("./build.mjs")).ensureBundled();
    await import(pathToFileURL(join(BUILD, "supervisor.js")).href);
  }
} catch (error) {
  giveUp(error);
}
