/**
 * Loaded into every child before its own code: when the supervisor is gone (killed, crashed) the child stops too, in
 * good order if it can. Without it a killed supervisor would leave a server behind that holds the port.
 */
const GRACE_MS = 4_000;

process.once("disconnect", () => {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  if (process.listenerCount("SIGTERM") === 0) process.exit(1);
  process.kill(process.pid, "SIGTERM");
});
// Listening alone must not keep a program running that is done.
process.channel?.unref();
