import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type Finished, runCli } from "./testing/run-cli";

let folder: string;
let database: TestDatabase;
let sandbox: Sandbox;
/** An installation on which nothing runs but its database, with a sandbox that is twenty times as fast. */
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
  chmodSync(folder, 0o711);
  database = await createTestDatabase();
  sandbox = await startSandbox({ seed: 7, clockFactor: 20, imageMode: "tiny", endpoint: { workersMin: 1 } });
  env = {
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: join(folder, "data"),
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
    SWITCHYARD_CALLER_DIR: folder,
  };
  writeFileSync(join(folder, "text.png"), "this is not a picture");
  const noise = {
    create: {
      width: 64,
      height: 48,
      channels: 3 as const,
      background: "#a40",
      noise: { type: "gaussian" as const, mean: 128, sigma: 40 },
    },
  };
  await sharp(noise).png().toFile(join(folder, "in.png"));
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli(args, env);
const detailOf = ({ stdout }: Finished) => JSON.parse(stdout) as GenerationDetail;

describe("with no server running", () => {
  it("makes a picture by itself, writes it, shows it in every other command, and makes no second one for the same key", async () => {
    const args = ["generate", "a red fox", "--out", "fox.png", "--size", "256x256", "--provider", "runpod"];
    const made = await cli(...args, "--idempotency-key", "fox-1");
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(/^state +succeeded$/m);
    expect(made.stdout).toMatch(/^provider +ComfyUI, flux1-dev-fp8.safetensors$/m);
    expect(made.stdout).toMatch(/^cost +\$0\.\d+/m);
    expect(made.stdout).toMatch(/^revision +1, decided by forced in sandbox$/m);
    expect(await sharp(readFileSync(join(folder, "fox.png"))).metadata()).toMatchObject({ width: 256, height: 256 });
    // Plain lines for a log: no line is written over another.
    expect(made.stderr).toContain("nothing else is running, so this command does the work itself");
    expect(made.stderr + made.stdout).not.toContain("\u001b");
    const id = /^generation +(\S+)$/m.exec(made.stdout)?.[1] ?? "";

    const again = await cli(...args, "--idempotency-key", "fox-1", "--force", "--json");
    expect(again.code).toBe(0);
    expect(detailOf(again).id).toBe(id);

    const [list, one, explained, cancelled] = await Promise.all([
      cli("generations", "--json", "--provider", "runpod", "--since", "1h"),
      cli("generation", id),
      cli("explain", id, "--json"),
      cli("cancel", id),
    ]);
    expect((JSON.parse(list.stdout) as { rows: { id: string }[] }).rows.map((row) => row.id)).toContain(id);
    expect(one.stdout).toMatch(/Attempt 1 at ComfyUI[\s\S]*Events[\s\S]*succeeded[\s\S]*Cost[\s\S]*execution/);
    expect(JSON.parse(explained.stdout)).toMatchObject({ id, decisions: [{ agrees: true }, { agrees: true }] });
    expect(cancelled).toMatchObject({ code: 1 });
    expect(cancelled.stderr).toContain("it had ended already: succeeded");
  });

  it("sends a picture along, and keeps two results apart", async () => {
    const made = await cli(
      "generate",
      "as a painting",
      "--image",
      "in.png",
      "--out",
      "two.png",
      "--count",
      "2",
      "--json",
    );
    expect(made.code).toBe(0);
    expect(detailOf(made)).toMatchObject({ operation: "img2img", source: "cli", input: { width: 64, height: 48 } });
    expect([existsSync(join(folder, "two-1.png")), existsSync(join(folder, "two-2.png"))]).toEqual([true, true]);
  });

  it("says what failed and what helps, and ends with 1", async () => {
    const made = await cli("generate", "a fox [fault:oom]", "--provider", "comfyui", "--out", "none.png");
    expect(made.code).toBe(1);
    expect(made.stdout).toMatch(/^failure +out_of_memory: /m);
    expect(made.stdout).toMatch(/^what helps +Use a GPU with more VRAM/m);
    expect(existsSync(join(folder, "none.png"))).toBe(false);
  });

  it("cancels on Ctrl-C, and waits for the end", async () => {
    let sent = false;
    const made = await runCli(
      ["generate", "a slow fox [fault:slow=60]", "--provider", "comfyui", "--json"],
      env,
      (child, soFar) => {
        if (sent || !soFar().includes("queued at ComfyUI")) return;
        sent = true;
        child.kill("SIGINT");
      },
    );
    expect(made.stderr).toContain("cancelling …");
    expect(made.code).toBe(1);
    expect(detailOf(made)).toMatchObject({ state: "cancelled", failureMode: "cancelled" });
  });

  it("shows who serves, who is ready and what there was", async () => {
    const shown = await cli("status", "--json");
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      server: { url: null },
      database: { kind: "DATABASE_URL" },
      environments: [
        {
          environment: "sandbox",
          isDefault: true,
          revision: { number: 1, candidateShareBp: 0 },
          providers: [
            { provider: "scenario", configured: true, probe: { ok: true } },
            { provider: "comfyui", configured: true, probe: { ok: true } },
          ],
        },
      ],
    });
    const plain = await cli("status", "--no-probe");
    expect(plain.stdout).toMatch(/serves +Scenario, all traffic, revision 1/);
    expect(plain.stdout).toMatch(/candidate +ComfyUI: configured, not probed/);
  });

  it("ends with 3 when a provider does not answer its probe, and shows why", async () => {
    const gone = JSON.stringify({
      urls: { ...sandbox.urls, runpodJobs: "http://127.0.0.1:9" },
      credentials: sandbox.credentials,
    });
    const shown = await runCli(["status"], { ...env, SWITCHYARD_SANDBOX_CONNECTION: gone });
    expect(shown.code).toBe(3);
    expect(shown.stdout).toMatch(/candidate +ComfyUI: NOT READY/);
  });

  it("never moves traffic by the environment that it was typed in", async () => {
    const shown = await runCli(["generate", "a fox", "--size", "256x256", "--json"], {
      ...env,
      IMAGE_GENERATION_PROVIDER: "comfyui",
    });
    expect(detailOf(shown)).toMatchObject({ provider: "scenario", revision: 1 });
  });
});

describe("bad input", () => {
  it.each<[string, string[], number, RegExp]>([
    ["an unknown operation", ["generate", "x", "--operation", "upscale"], 2, /--operation must be one of txt2img/],
    ["an empty prompt", ["generate", ""], 2, /prompt must not be empty/],
    ["a missing file", ["generate", "x", "--image", "gone.png"], 2, /--image names no file: gone.png/],
    ["a file that is no picture", ["generate", "x", "--image", "text.png"], 2, /--image must be a PNG, JPEG or WebP/],
    ["an unknown provider", ["generate", "x", "--provider", "dalle"], 2, /--provider must be one of scenario/],
    ["a size that nobody makes", ["generate", "x", "--size", "100x100"], 2, /--width must be from 128 to 2048/],
    ["a prompt of 20,000 characters", ["generate", "x".repeat(20_000)], 2, /prompt must be at most/],
    [
      "an address on this machine",
      ["generate", "x", "--image", "http://127.0.0.1/a.png"],
      2,
      /--image must point to a public/,
    ],
    [
      "an environment that is not there",
      ["generate", "x", "--environment", "moon"],
      2,
      /--environment must be one of sandbox/,
    ],
    ["a folder that is not there", ["generate", "x", "--out", "no/where.png"], 2, /--out must be in a folder/],
    ["a file that is there", ["generate", "x", "--out", "in.png"], 2, /--out would overwrite/],
    ["an unknown command", ["paint"], 2, /unknown command 'paint'/],
    ["an unknown option", ["generate", "x", "--colour"], 2, /unknown option '--colour'/],
    ["an id that is none", ["generation", "7"], 1, /no generation has this id/],
    ["a wrong filter", ["generations", "--state", "lost"], 2, /--state must be of queued/],
    ["a wrong scope", ["key", "create", "--name", "x", "--scopes", "fly"], 2, /--scopes must be of generate/],
  ])("%s: names the rule", async (_what, args, code, rule) => {
    const refused = await cli(...args);
    expect(refused.stderr).toMatch(rule);
    expect(refused).toMatchObject({ code, stdout: "" });
  });

  it("names every fault of the configuration at once, and no secret", async () => {
    const refused = await runCli(["status"], { ...env, PORT: "x", ROLE: "boss", SWITCHYARD_SECRET: "canary-short" });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/PORT must be[\s\S]*ROLE must be|ROLE must be[\s\S]*PORT must be/);
    expect(refused.stderr).not.toContain("canary");
  });

  it("ends with 4 when the database does not answer", async () => {
    const refused = await runCli(["status"], { ...env, DATABASE_URL: "postgres://me:canary@127.0.0.1:9/none" });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/the database cannot be used/);
    expect(refused.stderr).not.toContain("canary");
  });
});

describe("keys, links and settings", () => {
  it("shows a key once, lists it without its secret, and revokes it", async () => {
    const made = await cli("key", "create", "--name", "an app", "--scopes", "generate,read", "--expires", "7d");
    expect(made.code).toBe(0);
    const key = made.stdout.trim();
    expect(key).toMatch(/^sy_sandbox_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    const id = key.split("_")[2] ?? "";
    expect((await cli("key", "list")).stdout).toMatch(new RegExp(`${id} +an app +sandbox +generate,read +good until`));
    expect((await cli("key", "revoke", id)).stdout).toMatch(/revoked/);
    const listed = await cli("key", "list", "--json");
    expect(listed.stdout).not.toContain(key);
    expect(listed.stdout).not.toMatch(/"hash"/);
  });

  it("gives a link for the first administrator", async () => {
    const link = await cli("login-link");
    expect(link.stdout.trim()).toMatch(/^http:\/\/127\.0\.0\.1:3000\/setup\?token=[\w-]{43}$/);
    expect(link.stderr).toContain("no server runs here just now");
  });

  it("shows every variable and no secret", async () => {
    const shown = await runCli(["env"], { ...env, RUNPOD_API_KEY: "canary" });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^RUNPOD_API_KEY +set +\[secret\] +environment$/m);
    expect(shown.stdout).toMatch(/^PORT +– +3000 +default$/m);
    expect(shown.stdout).not.toContain("canary");
    // The connection's keys open nothing but the sandbox, but a database's address is a secret.
    expect(shown.stdout).not.toContain(database.url);
  });
});

it("starts the embedded database for the length of a command", async () => {
  const dataDir = join(folder, "embedded");
  const shown = await runCli(["status", "--json"], { ...env, DATABASE_URL: "", SWITCHYARD_DATA_DIR: dataDir });
  expect(shown.code).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject({ database: { kind: "embedded", name: "switchyard" } });
  expect(existsSync(join(dataDir, "postgres", "cluster", "PG_VERSION"))).toBe(true);
  expect(existsSync(join(dataDir, "postgres", "cluster", "postmaster.pid"))).toBe(false);
});
