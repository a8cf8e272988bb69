import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { findFreePort } from "./free-port";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function occupy(port: number): Promise<number> {
  const server = createServer().listen(port, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

it("keeps the wanted port when it is free and moves on when it is taken", async () => {
  const free = await findFreePort(0, "127.0.0.1");
  expect(await findFreePort(free, "127.0.0.1")).toBe(free);
  await occupy(free);
  expect(await findFreePort(free, "127.0.0.1")).toBeGreaterThan(free);
});

it("says which HOST can't be listened on", async () => {
  await expect(findFreePort(0, "192.0.2.1")).rejects.toThrow("HOST 192.0.2.1");
});
