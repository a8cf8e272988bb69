import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "./paths.mjs";
import { runQuietly } from "./run-quietly.mjs";
import { StepError } from "./step.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * The path of a browser for the tests, installed if there is none: the one that CHROMIUM_PATH names, one that the
 * system has, Debian's (as root with apt), Playwright's own.
 */
export async function ensureBrowser(say) {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new StepError(`CHROMIUM_PATH names ${named}, which does not exist`);
    return named;
  }
  const found = findBrowser();
  if (found !== null) return found;
  if (process.getuid?.() === 0 && onPath("apt-get") !== null) {
    say("installing Debian's chromium");
    const quiet = { DEBIAN_FRONTEND: "noninteractive" };
    try {
      await runQuietly("apt-get", ["update", "-q"], quiet);
      await runQuietly("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], quiet);
    } catch (error) {
      say(`apt-get could not install it: ${error.message.trim().split("\n").at(-1)}`);
    }
    const installed = findBrowser();
    if (installed !== null) return installed;
  }
  say("downloading Playwright's chromium");
  await runQuietly(process.execPath, [join(ROOT, "node_modules", "playwright", "cli.js"), "install", "chromium"]);
  const { chromium } = await import("playwright");
  return chromium.executablePath();
}

function findBrowser() {
  for (const name of NAMES) {
    const path = onPath(name);
    if (path !== null) return path;
  }
  return APPLICATIONS.find((path) => existsSync(path)) ?? null;
}

function onPath(name) {
  const directories = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path)) ?? null;
}
