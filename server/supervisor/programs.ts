import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "@/db/project-root";

/** The arguments with which Node runs one of our programs: a bundle, or its source while developing. */
export function programArgs(program: "server" | "sandbox", dev: boolean): string[] {
  const root = projectRoot();
  const preload = dev
    ? ["--import", "tsx", "--import", pathToFileURL(join(root, "server/supervisor/follow-parent.ts")).href]
    : ["--import", pathToFileURL(join(root, ".build/follow-parent.js")).href];
  const source = program === "server" ? "server/main.ts" : "server/sandbox/main.ts";
  return ["--enable-source-maps", ...preload, resolve(root, dev ? source : `.build/${program}.js`)];
}
