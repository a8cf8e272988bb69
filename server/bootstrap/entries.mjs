/** What runs in Node, by the name of its bundle in .build/. */
export const ENTRIES = {
  supervisor: "server/supervisor/main.ts",
  "follow-parent": "server/supervisor/follow-parent.ts",
  server: "server/main.ts",
  cli: "server/cli/main.ts",
  sandbox: "server/sandbox/main.ts",
  "decode-worker": "server/images/decode-worker.ts",
};
