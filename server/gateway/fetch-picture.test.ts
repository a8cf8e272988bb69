import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noisePicture } from "@/server/images/testing/pictures";
import { fetchPicture } from "./fetch-picture";

let picture: Buffer;
let server: Server;
let url: string;

beforeAll(async () => {
  picture = await noisePicture();
  server = createServer((request, response) => {
    const found = request.url === "/fox" ? picture : request.url === "/text.png" ? "no picture at all" : null;
    // What the server says of it is nobody's word: it calls everything a JPEG.
    response.writeHead(found === null ? 404 : 200, { "content-type": "image/jpeg" }).end(found ?? "nothing here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const fetched = (path: string, allowLoopback = true) =>
  fetchPicture(`${url}${path}`, { signal: new AbortController().signal, allowLoopback });

it("gives the bytes, and the type that they have", async () => {
  expect(await fetched("/fox")).toEqual({ mimeType: "image/png", base64: picture.toString("base64") });
});

it.each([
  ["what is no picture", "/text.png", true, "must be a PNG, JPEG or WebP file"],
  ["what is not there", "/gone", true, "must be readable, but its server answered 404"],
  ["what nobody vouches for", "/fox", false, "must use port 80, 443 or 8443"],
])("refuses %s by field and rule", async (_name, path, allowLoopback, rule) => {
  await expect(fetched(path, allowLoopback)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    problems: [{ field: "image.url", rule }],
  });
});
