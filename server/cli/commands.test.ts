import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { DecisionReceipt } from "@/server/domain/decision";
import { decide } from "@/server/domain/decision";
import { completionScript } from "./completion";
import { variableStates } from "./env";
import { explain } from "./explain";
import { readFilter } from "./generations";
import { onInterrupt } from "./interrupt";
import { outNames } from "./out-files";
import { createProgram } from "./program";
import { readServerEvents } from "./server-events";
import { createTerminal } from "./terminal";
import { isGone } from "./workers";

describe("env", () => {
  const variables = [
    { name: "PORT", secret: false, default: "3000" },
    { name: "RUNPOD_API_KEY", secret: true, default: null },
    { name: "PUBLIC_URL", secret: false, default: null },
  ];
  const states = (env: Record<string, string>, ...files: Record<string, string>[]) =>
    variableStates(
      variables,
      env,
      files.map((given, index) => ({ name: `file${index}`, variables: given })),
    );

  it("says where the value in force comes from, and never a secret", () => {
    const [port, key, url] = states({ RUNPOD_API_KEY: "canary" }, { PORT: "1" }, { PORT: "2", PUBLIC_URL: "http://x" });
    expect(port).toMatchObject({ isSet: true, from: "file0", value: "1" });
    expect(key).toMatchObject({ isSet: true, from: "environment", value: null });
    expect(url).toMatchObject({ isSet: true, from: "file1", value: "http://x" });
  });

  it("counts an empty value as not set, though it hides the files", () => {
    expect(states({ PORT: "" }, { PORT: "1" })[0]).toMatchObject({ isSet: false, from: "default", value: "3000" });
  });

  it("names the file of a secret", () => {
    expect(states({ RUNPOD_API_KEY_FILE: "/run/key" })[1]).toMatchObject({
      isSet: true,
      from: "RUNPOD_API_KEY_FILE in environment: /run/key",
      value: null,
    });
  });
});

describe("explain", () => {
  const receipt: DecisionReceipt = decide({
    revision: { number: 3, candidateShareBp: 5_000, salt: "salt" },
    stickyKey: "user-1",
    forced: null,
    unavailable: { scenario: null, comfyui: null },
  });

  it("agrees with an honest receipt", () => {
    expect(explain("acceptance", receipt)).toMatchObject({ agrees: true, replayed: receipt.provider });
  });

  it("sees another provider and another bucket", () => {
    const other = receipt.provider === "scenario" ? ("comfyui" as const) : ("scenario" as const);
    expect(explain("acceptance", { ...receipt, provider: other }).agrees).toBe(false);
    expect(explain("acceptance", { ...receipt, bucket: ((receipt.bucket ?? 0) + 1) % 10_000 }).agrees).toBe(false);
  });
});

describe("generations", () => {
  it("turns options into the filter of every surface", () => {
    const filter = readFilter(
      { state: "failed,cancelled", provider: "runpod", cold: "cold", since: "1h", limit: "20" },
      7_200_000,
    );
    expect(filter).toMatchObject({
      environment: null,
      states: ["failed", "cancelled"],
      providers: ["comfyui"],
      coldClasses: ["cold"],
      fromMs: 3_600_000,
    });
    expect(() => readFilter({ mode: "boredom", limit: "20" }, 0)).toThrow(/--mode must be of cold_start_timeout/);
  });
});

describe("out files", () => {
  it("numbers several pictures before their extension", () => {
    expect(outNames("fox.png", 1)).toEqual(["fox.png"]);
    expect(outNames("a.b/fox.png", 2)).toEqual(["a.b/fox-1.png", "a.b/fox-2.png"]);
    expect(outNames("a.b/fox", 2)).toEqual(["a.b/fox-1", "a.b/fox-2"]);
  });
});

describe("interrupt", () => {
  it("takes npm's echo of a Ctrl-C for the same one, and a later one for a second", () => {
    const seen: string[] = [];
    let nowMs = 1_000;
    const before = process.listeners("SIGINT");
    const stop = onInterrupt(
      () => seen.push("first"),
      () => seen.push("second"),
      () => nowMs,
    );
    const [press] = process.listeners("SIGINT").filter((listener) => !before.includes(listener));
    press?.("SIGINT");
    nowMs += 5;
    press?.("SIGINT");
    expect(seen).toEqual(["first"]);
    nowMs += 2_000;
    press?.("SIGINT");
    expect(seen).toEqual(["first", "second"]);
    stop();
    expect(process.listeners("SIGINT")).toEqual(before);
  });
});

describe("workers", () => {
  it("knows that an instance of this machine has ended, and leaves others to their heartbeat", () => {
    expect(isGone("here:42:ab12", "here", () => false)).toBe(true);
    expect(isGone("here:42:ab12", "here", () => true)).toBe(false);
    expect(isGone("there:42:ab12", "here", () => false)).toBe(false);
    expect(isGone("something else", "here", () => false)).toBe(false);
  });
});

describe("server-sent events", () => {
  it("come out whole, whatever way the bytes are cut", async () => {
    const bytes = new TextEncoder().encode(
      'retry: 2000\n\nid: 1\nevent: generation\ndata: {"a":"ä"}\n\n: still here\n\ndata: 1\ndata: 2\n\n',
    );
    for (const step of [1, 3, 7, bytes.length]) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += step) controller.enqueue(bytes.slice(at, at + step));
          controller.close();
        },
      });
      const events = [];
      for await (const event of readServerEvents(body)) events.push(event);
      expect(events).toEqual([
        { name: "generation", data: '{"a":"ä"}' },
        { name: "message", data: "1\n2" },
      ]);
    }
  });
});

describe("terminal", () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = [];
    return { isTTY, columns: 40, written, write: (text: string) => written.push(text) };
  };

  it("is plain off a terminal and under NO_COLOR", () => {
    for (const [env, isTTY] of [
      [{}, false],
      [{ NO_COLOR: "1" }, true],
      [{ TERM: "dumb" }, true],
    ] as const) {
      expect(createTerminal(env, stream(isTTY), stream(false)).paint("red", "x")).toBe("x");
    }
    expect(createTerminal({}, stream(true), stream(true)).paint("red", "x")).toBe("\u001b[31mx\u001b[0m");
  });

  it("keeps data on stdout, and rewrites its status line only for people", () => {
    const [out, error] = [stream(false), stream(false)];
    const terminal = createTerminal({}, out, error);
    terminal.status("working");
    terminal.data("result");
    terminal.say("message");
    expect([out.written, error.written]).toEqual([["result\n"], ["message\n"]]);
  });
});

describe("completion", () => {
  const terminal = createTerminal({}, { write: () => undefined }, { write: () => undefined });
  const program = createProgram({ terminal, env: {}, exitCode: 0 });

  it.each(["bash", "zsh", "fish"] as const)("knows every command and the options of each in %s", (shell) => {
    const script = completionScript(program, shell);
    const optionOf = (name: string) => (shell === "fish" ? `-l ${name}` : `--${name}`);
    for (const command of program.commands) expect(script).toContain(command.name());
    for (const name of ["idempotency-key", "no-probe", "scopes", "since"]) expect(script).toContain(optionOf(name));
  });
});

it("an environment is named by the same two words in every command", () => {
  const flags = (command: Command): string[] => [
    ...command.options.filter(({ long }) => long === "--environment").map(({ flags }) => `${command.name()} ${flags}`),
    ...command.commands.flatMap(flags),
  ];
  const terminal = createTerminal({}, { write: () => undefined }, { write: () => undefined });
  const named = flags(createProgram({ terminal, env: {}, exitCode: 0 }));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((text) => !text.endsWith(" --env, --environment <name>"))).toEqual([]);
});
