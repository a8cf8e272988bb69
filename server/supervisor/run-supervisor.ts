import { setTimeout as sleep } from "node:timers/promises";
import { type Config, ConfigError, parseConfig, wantsSandbox } from "@/server/config";
import { readEnvFiles } from "@/server/env-files";
import type { SupervisedChild } from "./child";
import { type SupervisedDatabase, startDatabase } from "./database";
import { findFreePort } from "./free-port";
import { handOver, takeBack } from "./hand-over";
import { killLeftovers } from "./leftovers";
import { programArgs } from "./programs";
import { superviseSandbox } from "./sandbox-child";
import { createVoice, seconds, type Voice } from "./say";
import { type ServerReady, superviseServer } from "./server-child";
import { watchSources } from "./watch-sources";

interface Options {
  dev: boolean;
  json: boolean;
}

/** Everything is stopped this long after it was asked for; children that are not done by `KILL_AFTER_MS` are killed. */
const STOP_WITHIN_MS = 4_900;
const KILL_AFTER_MS = 4_000;

/** Starts everything, says where it is, and returns; from then on signals end the process. */
export async function runSupervisor(options: Options): Promise<void> {
  const voice = createVoice(options.json);
  const supervisor = new Supervisor(options, voice);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => supervisor.stopAndExit(0));
  process.on("uncaughtException", (error) => supervisor.fail(error));
  process.on("unhandledRejection", (error) => supervisor.fail(error));
  await supervisor.start().catch((error: unknown) => supervisor.fail(error));
}

class Supervisor {
  private database: SupervisedDatabase | null = null;
  private databaseStart: Promise<void> | null = null;
  private sandbox: SupervisedChild<string> | null = null;
  private sandboxConnection: string | null = null;
  private server: SupervisedChild<ServerReady> | null = null;
  private stopWatching: (() => void) | null = null;
  private port: number | null = null;
  private handedOverIn: string | null = null;
  private stopping: Promise<void> | null = null;
  private readonly hurry = new AbortController();
  private readonly startedAt = performance.now();

  constructor(
    private readonly options: Options,
    private readonly voice: Voice,
  ) {}

  async start(): Promise<void> {
    const env = { ...readEnvFiles(process.cwd()), ...process.env };
    const config = parseConfig(env);
    const killed = killLeftovers(config.dataDir);
    if (killed > 0)
      this.voice.say(`ended ${killed} process${killed === 1 ? "" : "es"} that an earlier start left behind`);

    this.databaseStart = this.startDatabase(config);
    const [database, sandbox] = await Promise.allSettled([
      this.databaseStart,
      config.sandbox === null && wantsSandbox(env)
        ? this.startSandbox(config, words(env.SWITCHYARD_SANDBOX_OPTIONS))
        : Promise.resolve(),
    ]);
    if (database.status === "rejected") throw database.reason;
    if (sandbox.status === "rejected") throw new Error(`the sandbox ${messageOf(sandbox.reason)}`);
    if (this.stopping !== null) return;

    const ready = await this.startServer(config);
    if (this.stopping !== null) return;
    if (ready.url !== undefined) handOver(config.dataDir, "server", ready.url);
    this.handedOverIn = config.dataDir;
    this.announce(config, ready);
    if (this.options.dev) {
      this.stopWatching = watchSources((file) => {
        this.voice.say(`${file} changed; restarting the server`);
        this.server?.restart();
      });
    }
  }

  private async startDatabase(config: Config): Promise<void> {
    const since = performance.now();
    const { say } = this.voice;
    this.database = await startDatabase({ config, say, onMoved: () => this.server?.restart() });
    this.voice.step(3, config.databaseUrl === null ? "database" : "database (DATABASE_URL)", since);
  }

  private async startSandbox(config: Config, options: string[]): Promise<void> {
    const since = performance.now();
    this.sandbox = superviseSandbox({
      dataDir: config.dataDir,
      dev: this.options.dev,
      options,
      say: this.voice.say,
      onRestarted: (connection) => {
        if (connection === this.sandboxConnection) return;
        this.sandboxConnection = connection;
        handOver(config.dataDir, "sandbox", connection);
        this.server?.restart();
      },
    });
    this.sandboxConnection = await this.sandbox.start();
    handOver(config.dataDir, "sandbox", this.sandboxConnection);
    this.voice.step(4, "sandbox", since);
  }

  private async startServer(config: Config): Promise<ServerReady> {
    const since = performance.now();
    this.server = superviseServer({
      dataDir: config.dataDir,
      dev: this.options.dev,
      json: this.options.json,
      say: this.voice.say,
      command: async () => ({ args: programArgs("server", this.options.dev), env: await this.serverEnv(config) }),
    });
    const ready = await this.server.start().catch((error: unknown) => {
      throw new Error(`the server ${messageOf(error)}`);
    });
    this.voice.step(5, "server", since);
    return ready;
  }

  private async serverEnv(config: Config): Promise<Record<string, string>> {
    const env: Record<string, string> = {
      PORT: String(await this.choosePort(config)),
      // Nobody is told that somebody runs this.
      NEXT_TELEMETRY_DISABLED: "1",
    };
    // A configured address is found by the server itself, where we found it.
    if (this.database !== null && config.databaseUrl === null) env.DATABASE_URL = this.database.url();
    if (this.sandboxConnection !== null) env.SWITCHYARD_SANDBOX_CONNECTION = this.sandboxConnection;
    return env;
  }

  private async choosePort(config: Config): Promise<number> {
    if (config.role === "worker") return config.port;
    const wanted = this.port ?? config.port;
    this.port = await findFreePort(wanted, config.host);
    if (wanted !== 0 && this.port !== wanted) {
      this.voice.say(`port ${wanted} is taken by another program; using ${this.port}`);
    }
    return this.port;
  }

  private announce(config: Config, { url, setupUrl }: ServerReady): void {
    const { say } = this.voice;
    const took = seconds(performance.now() - this.startedAt);
    say("");
    say(
      url === undefined
        ? `Switchyard (${config.role}) is ready after ${took}`
        : `Switchyard is ready after ${took}: ${url}`,
    );
    if (this.sandboxConnection !== null) {
      say("No provider credentials are set: generations go to the sandbox, local stand-ins for both providers.");
    }
    if (setupUrl) say(`No user exists yet. The first administrator signs in here, once:\n  ${setupUrl}`);
    say("Ctrl-C stops it.");
    this.voice.json({ url: url ?? null, setupUrl: setupUrl ?? null, sandbox: this.sandboxControl() });
  }

  /** Where tests steer the sandbox. Without credentials. */
  private sandboxControl(): string | null {
    if (this.sandboxConnection === null) return null;
    const connection = JSON.parse(this.sandboxConnection) as { urls: { control: string } };
    return connection.urls.control;
  }

  fail(error: unknown): void {
    const text = error instanceof ConfigError ? error.message : messageOf(error);
    if (this.stopping === null) process.stderr.write(`\nSwitchyard can't run: ${text}\n`);
    void this.stopAndExit(1);
  }

  /** A second call, such as a second Ctrl-C, gives the children no more time. */
  async stopAndExit(code: number): Promise<void> {
    if (this.stopping !== null) this.hurry.abort();
    this.stopping ??= this.stop(code === 0).finally(() => process.exit(code));
    await this.stopping;
  }

  private async stop(said: boolean): Promise<void> {
    const since = performance.now();
    if (said) this.voice.say("\nstopping …");
    this.stopWatching?.();
    if (this.handedOverIn !== null) takeBack(this.handedOverIn);
    const killAt = sleep(KILL_AFTER_MS, undefined, { ref: false, signal: this.hurry.signal }).catch(() => {});
    await Promise.all([this.server?.stop(killAt), this.sandbox?.stop(killAt)]);
    // Asked to stop while the database was still starting: leaving now would leave it behind.
    await Promise.race([this.databaseStart?.catch(() => {}), killAt]);
    await this.database?.stop(Math.max(600, STOP_WITHIN_MS - (performance.now() - since)));
    if (said) this.voice.say(`stopped after ${seconds(performance.now() - since)}`);
  }
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter(Boolean);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
