import { parseConfig } from "@/server/config";
import { createLog } from "@/server/log";
import { startRuntime } from "@/server/start-runtime";

// Run as a program of its own, configured by its environment: a worker that a test may stop or kill. Tells its parent
// when it works, and ends with it.
const config = parseConfig({ ...process.env, ROLE: "worker" });
const started = await startRuntime(config, createLog({ level: config.logLevel }), { followsVariable: false });
process.once("disconnect", () => void started.stop().finally(() => process.exit(0)));
process.send?.("ready");
