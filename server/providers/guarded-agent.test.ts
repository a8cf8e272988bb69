import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "@/server/errors";
import { refusedAddress } from "./address-rule";
import { fetchUserUrl } from "./fetch-user-url";
import { createGuardedAgent } from "./guarded-agent";
import { sendThrough } from "./http";
import { idle, listen } from "./test-kit";

/** All of them reach 127.0.0.1 or this machine if nobody looks. */
const LOOPBACK_FORMS = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "0",
  "0.0.0.0",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
];

const REFUSED = [
  ...LOOPBACK_FORMS,
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "192.0.2.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "[::]",
  "[::127.0.0.1]",
  "[::ffff:10.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b:1::7f00:1]",
  "[2002:7f00:1::]",
  "[2001::1]",
  "[2001:db8::1]",
  "[fc00::1]",
  "[fd12:3456::1]",
  "[fe80::1]",
  "[fe80::1%25eth0]",
  "[fec0::1]",
  "[ff02::1]",
  "[5f00::1]",
];

describe("refusedAddress", () => {
  it.each(REFUSED)("refuses %s", (form) => {
    expect(refusedAddress(form)).toMatch(/is not a public address/);
  });

  it.each(["93.184.216.34", "1.1.1.1", "172.32.0.1", "[2606:4700:4700::1111]", "::ffff:1.1.1.1"])("lets %s", (form) => {
    expect(refusedAddress(form)).toBeNull();
  });

  it("lets loopback, and only that, where it is allowed", () => {
    expect(refusedAddress("127.0.0.1", { allowLoopback: true })).toBeNull();
    expect(refusedAddress("[::1]", { allowLoopback: true })).toBeNull();
    expect(refusedAddress("10.0.0.1", { allowLoopback: true })).not.toBeNull();
    expect(refusedAddress("169.254.169.254", { allowLoopback: true })).not.toBeNull();
  });
});

describe("guarded fetching", () => {
  let trap: Awaited<ReturnType<typeof listen>>;
  let connections = 0;
  let port = "";
  beforeEach(async () => {
    connections = 0;
    trap = await listen((request, response) => {
      if (request.url === "/hop") response.writeHead(302, { location: "/picture" }).end();
      else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
      else if (request.url === "/inside") response.writeHead(302, { location: "http://10.0.0.1/" }).end();
      else if (request.url === "/missing") response.writeHead(404).end();
      else response.end("picture");
    });
    trap.server.on("connection", () => {
      connections += 1;
    });
    port = new URL(trap.url).port;
  });
  afterEach(() => trap.close());

  const read = (url: string, options: Partial<Parameters<typeof fetchUserUrl>[1]> = {}) =>
    fetchUserUrl(url, { maxBytes: 1000, ...idle(), ...options });

  async function ruleOf(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => null,
      (caught: unknown) => caught,
    );
    if (!AppError.is(error)) throw new Error(`expected an AppError, got ${String(error)}`);
    expect(error.code).toBe("BAD_REQUEST");
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]?.field).toBe("image.url");
    return error.problems[0]?.rule ?? "";
  }

  // Regression (V10): an undici `lookup` filter is never called for a host that is an address already.
  it.each(LOOPBACK_FORMS)("makes no connection to %s", async (form) => {
    const agent = createGuardedAgent();
    const send = sendThrough(agent);
    const call = { method: "GET" as const, timeouts: { idleMs: 1000, totalMs: 2000 }, maxBytes: 1000, ...idle() };
    await expect(send({ ...call, url: `http://${form}:${port}/` })).rejects.toMatchObject({
      kind: "unreachable",
      maybeSent: false,
      cause: { code: "ADDRESS_REFUSED" },
    });
    await agent.destroy();
    expect(await ruleOf(read(`http://${form}:${port}/`, { allowHosts: [] }))).toMatch(/port|public address/);
    expect(connections).toBe(0);
  });

  it("judges a name by every address that it resolves to", async () => {
    for (const addresses of [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:169.254.169.254"], []]) {
      const rule = await ruleOf(read("http://rebinding.example/", { lookup: async () => addresses }));
      expect(rule).toBe("must point to a public address");
    }
    expect(connections).toBe(0);
  });

  it("connects to the address that it checked, not to what the name says a moment later", async () => {
    let lookups = 0;
    const bytes = await read(`http://rebinding.example:${port}/`, {
      allowLoopback: true,
      lookup: async () => {
        lookups += 1;
        return lookups === 1 ? ["127.0.0.1"] : ["10.0.0.1"];
      },
    });
    expect(Buffer.from(bytes).toString()).toBe("picture");
    expect(lookups).toBe(1);
  });

  it("reads from hosts that are vouched for, through at most two redirects", async () => {
    const allowed = { allowHosts: ["127.0.0.1"] };
    expect(Buffer.from(await read(`${trap.url}/hop`, allowed)).toString()).toBe("picture");
    expect(await ruleOf(read(`${trap.url}/loop`, allowed))).toBe("must not redirect more than 2 times");
  });

  it("checks where a redirect leads like the first address", async () => {
    expect(await ruleOf(read(`${trap.url}/inside`, { allowLoopback: true }))).toBe("must point to a public address");
  });

  it.each([
    ["ftp://example.com/a.png", "must be an http(s) URL"],
    ["file:///etc/passwd", "must be an http(s) URL"],
    ["nonsense", "must be an http(s) URL"],
    ["http://user:pass@example.com/", "must not carry a user name or password"],
    ["http://example.com:22/", "must use port 80, 443 or 8443"],
    ["http://example.com:6379/", "must use port 80, 443 or 8443"],
  ])("refuses %s without a look-up", async (url, rule) => {
    const lookup = async () => {
      throw new Error("looked up");
    };
    expect(await ruleOf(read(url, { lookup }))).toBe(rule);
  });

  it("names the limit that a picture breaks, and a server's refusal", async () => {
    const allowed = { allowLoopback: true };
    expect(await ruleOf(read(trap.url, { ...allowed, maxBytes: 3 }))).toBe(
      "must point to a picture of at most 3 bytes",
    );
    expect(await ruleOf(read(`${trap.url}/missing`, allowed))).toBe("must be readable, but its server answered 404");
  });

  it("gives up in time", async () => {
    const silent = await listen(() => {});
    expect(await ruleOf(read(silent.url, { allowLoopback: true, totalMs: 100 }))).toBe("must be answered in time");
    await silent.close();
  });
});
