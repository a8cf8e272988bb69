import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processIdentity } from "./process-identity";
import { type EmbeddedPostgres, startEmbeddedPostgres, stopAbandonedPostgres } from "./start-embedded-postgres";

const HOLDER = fileURLToPath(new URL("./__fixtures__/hold-postgres.ts", import.meta.url));

describe("startEmbeddedPostgres", () => {
  let dataDir: string;
  let started: EmbeddedPostgres[];
  let children: ChildProcess[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "switchyard-embedded-"));
    chmodSync(dataDir, 0o711);
    started = [];
    children = [];
  });

  afterEach(async () => {
    for (const child of children) await kill(child);
    for (const postgres of started) await postgres.stop();
    await stopAbandonedPostgres(dataDir, () => {});
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("keeps rows, port and password from one start to the next", async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await run(first.url, "create table kept (n int); insert into kept values (7)");
    await first.stop();
    expect(first.isRunning()).toBe(false);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(second.url).toBe(first.url);
    expect(await run(second.url, "select n from kept")).toEqual([{ n: 7 }]);
  });

  it("shows the password to nobody else and listens on loopback alone, with a password asked for", async () => {
    const postgres = await start();
    expect(statSync(join(dataDir, "postgres", "password")).mode & 0o777).toBe(0o600);
    expect(await run(postgres.url, "show listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    expect(await run(postgres.url, "show unix_socket_directories")).toEqual([{ unix_socket_directories: "" }]);
    const wrong = new URL(postgres.url);
    wrong.password = "guessed";
    await expect(run(wrong.toString(), "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("is shared by processes that start at once, and ends with the last of them", async () => {
    const child = holder();
    const [own, other] = await Promise.all([start(), firstLine(child)]);
    expect(other.url).toBe(own.url);
    expect([own.adopted, other.adopted].sort()).toEqual([false, true]);

    await own.stop();
    expect(own.isRunning()).toBe(true);
    expect(await run(own.url, "select 1 as one")).toEqual([{ one: 1 }]);

    const last = await start();
    await kill(child);
    await last.stop();
    expect(last.isRunning()).toBe(false);
  });

  it("adopts the server that a killed process left running", async () => {
    const child = holder();
    const left = await firstLine(child);
    await run(left.url, "create table kept (n int); insert into kept values (7)");
    await kill(child);

    const postgres = await start();
    expect(postgres.adopted).toBe(true);
    expect(postgres.url).toBe(left.url);
    expect(await run(postgres.url, "select n from kept")).toEqual([{ n: 7 }]);
    await postgres.stop();
    expect(postgres.isRunning()).toBe(false);
  });

  it("recovers what was committed when server and starter were both killed", async () => {
    const child = holder();
    const left = await firstLine(child);
    await run(left.url, "create table kept (n int); insert into kept select generate_series(1, 1000)");
    process.kill(postmasterPid(), "SIGKILL");
    await kill(child);

    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(await run(postgres.url, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
  });

  it("replaces a server that was left running and does not answer", async () => {
    const child = holder();
    await firstLine(child);
    const hung = postmasterPid();
    process.kill(hung, "SIGSTOP");
    await kill(child);

    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(processIdentity(hung)).toBeNull();
    expect(await run(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("starts although a stranger has the process number in a stale postmaster.pid", async () => {
    const first = await start();
    const pidFile = readFileSync(pidFilePath(), "utf8");
    await first.stop();
    writeFileSync(pidFilePath(), pidFile.replace(/^\d+/, String(process.pid)));

    const second = await start();
    expect(await run(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("moves to a free port when another program has taken its own", async () => {
    const occupant = createServer();
    occupant.listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const address = occupant.address();
    const taken = typeof address === "object" && address !== null ? address.port : 0;
    mkdirSync(join(dataDir, "postgres"));
    writeFileSync(join(dataDir, "postgres", "port"), String(taken));
    try {
      const postgres = await start();
      expect(postgres.port).not.toBe(taken);
      await expect(startEmbeddedPostgres({ dataDir, port: taken, log: () => {} })).rejects.toThrow(
        `already runs on port ${postgres.port}`,
      );
    } finally {
      occupant.close();
    }
  });

  it("leaves nothing half made when it was killed while initialising", async () => {
    const leftover = join(dataDir, "postgres", "cluster.init-1");
    mkdirSync(leftover, { recursive: true });
    writeFileSync(join(leftover, "PG_VERSION"), "18");
    const postgres = await start();
    expect(await run(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(() => statSync(leftover)).toThrow();
  });

  it.runIf(process.getuid?.() === 0)(
    "finds another place as root when its account can't enter the data folder",
    async () => {
      chmodSync(dataDir, 0o700);
      const postgres = await start();
      const place = readFileSync(join(dataDir, "postgres", "location"), "utf8").trim();
      try {
        expect(await run(postgres.url, "show data_directory")).toEqual([{ data_directory: join(place, "cluster") }]);
        expect(statSync(join(place, "cluster")).uid).not.toBe(0);
        await postgres.stop();
        const again = await start();
        expect(again.url).toBe(postgres.url);
        await again.stop();
      } finally {
        await postgres.stop();
        rmSync(place, { recursive: true, force: true });
        rmSync(join(dataDir, "postgres", "location"));
        chmodSync(dataDir, 0o711);
      }
    },
  );

  it("refuses files of another PostgreSQL version and touches nothing", async () => {
    const first = await start();
    await first.stop();
    const version = join(dataDir, "postgres", "cluster", "PG_VERSION");
    writeFileSync(version, "15\n");
    await expect(start()).rejects.toThrow("of PostgreSQL 15, the programs of 18");
    writeFileSync(version, "18\n");
  });

  async function start(): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir, durable: false, log: () => {} });
    started.push(postgres);
    return postgres;
  }

  function holder(): ChildProcess {
    const child = spawn(process.execPath, ["--import", "tsx", HOLDER, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    return child;
  }

  function pidFilePath(): string {
    return join(dataDir, "postgres", "cluster", "postmaster.pid");
  }

  function postmasterPid(): number {
    return Number(readFileSync(pidFilePath(), "utf8").split("\n")[0]);
  }
});

async function firstLine(child: ChildProcess): Promise<{ url: string; port: number; adopted: boolean }> {
  if (child.stdout === null) throw new Error("the child has no output");
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error("the child ended without a word");
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function run(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
