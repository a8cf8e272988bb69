import "./node-version.mjs";

const { join } = await import("node:path");
const { pathToFileURL } = await import("node:url");
const { ROOT, BUILD } = await import("./paths.mjs");
const { giveUp, progressTo } = await import("./step.mjs");

// What the command prints belongs to the command alone: it may be piped.
progressTo(process.stderr);
try {
  // npm changes into the project; files that a person names lie where the command was typed.
  const typedIn = process.env.npm_lifecycle_event === "switchyard" ? process.env.INIT_CWD : undefined;
  process.env.SWITCHYARD_CALLER_DIR = typedIn ?? process.cwd();
  process.chdir(ROOT);
  await (await import("./install.mjs")).ensureInstalled();
  await (await import("./build.mjs")).ensureBundled();
} catch (error) {
  giveUp(error);
}
const program = join(BUILD, "cli.js");
process.argv[1] = program;
process.env.NODE_ENV ??= "production";
await import(pathToFileURL(program).href);
