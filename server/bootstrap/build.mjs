import "./node-version.mjs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { whileBuildingAlone } from "./build-lock.mjs";
import { bundle, isBundled } from "./bundle.mjs";
import { fingerprint, isFresh, writeStamp } from "./freshness.mjs";
import { ensureInstalled } from "./install.mjs";
import { ROOT } from "./paths.mjs";
import { runQuietly } from "./run-quietly.mjs";
import { giveUp, step } from "./step.mjs";

const PAGE_SOURCES = [
  "app",
  "components",
  "server",
  "db",
  "public",
  "next.config.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
const NEXT_BIN = join(ROOT, "node_modules", "next", "dist", "bin", "next");

/** Builds what is older than its sources: the console's pages and the Node programs. */
export async function ensureBuilt() {
  if (isBundled() && arePagesBuilt()) return;
  await step(2, "building", () =>
    whileBuildingAlone(() => Promise.all([isBundled() || bundle(), arePagesBuilt() || buildPages()])),
  );
}

/** Node programs alone, for what needs no page: the CLI. */
export async function ensureBundled() {
  if (!isBundled()) await step(2, "building", () => whileBuildingAlone(async () => isBundled() || bundle()));
}

function arePagesBuilt() {
  return isFresh("pages", PAGE_SOURCES) && existsSync(join(ROOT, ".next", "BUILD_ID"));
}

async function buildPages() {
  const stamp = fingerprint(PAGE_SOURCES);
  await runQuietly(process.execPath, [NEXT_BIN, "build"], { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  writeStamp("pages", stamp);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  ensureInstalled().then(ensureBuilt).catch(giveUp);
}
