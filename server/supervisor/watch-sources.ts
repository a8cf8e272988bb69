import { watch } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "@/db/project-root";

const IGNORED = /(^|\/)(bootstrap|supervisor|sandbox|cli|testing|__fixtures__)(\/|$)|\.test\.tsx?$/;
const SETTLE_MS = 200;

/** Calls back once for each burst of edits to what the server process runs. Pages are reloaded by Next itself. */
export function watchSources(onChange: (file: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watchers = ["server", "db"].map((room) =>
    watch(join(projectRoot(), room), { recursive: true }, (_event, file) => {
      if (file === null || IGNORED.test(file) || !/\.(ts|json|sql)$/.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(() => onChange(`${room}/${file}`), SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
