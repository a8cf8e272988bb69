import { crc32, deflateSync } from "node:zlib";

/** Side of the drawn picture: the smallest that every provider takes without scaling it. */
export const TEST_PICTURE_SIDE = 512;
const BALL = { x: 0.5, y: 0.52, radius: 0.27 };

/**
 * A lit ball on a plain table, as PNG. Drawn by us, so that its outline is known exactly, and a failure of txt2img is
 * no failure of what works on pictures.
 */
export function testPicture(): Uint8Array {
  const side = TEST_PICTURE_SIDE;
  // Each row begins with the number of its filter; 0 is none.
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [r, g, b] = colourAt((x + 0.5) / side, (y + 0.5) / side);
      const at = y * (1 + side * 3) + 1 + x * 3;
      rows[at] = r;
      rows[at + 1] = g;
      rows[at + 2] = b;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The ball's outline on a square grid of `side` cells: 255 inside. */
export function testSubject(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side }, (_, at) =>
    isBall(((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side) ? 255 : 0,
  );
}

function isBall(x: number, y: number): boolean {
  return Math.hypot(x - BALL.x, y - BALL.y) < BALL.radius;
}

function colourAt(x: number, y: number): [number, number, number] {
  if (!isBall(x, y)) {
    const light = 196 + 36 * (1 - y);
    return [light, light, light + 4];
  }
  const [dx, dy] = [(x - BALL.x) / BALL.radius, (y - BALL.y) / BALL.radius];
  const lit = Math.max(0.25, 1 - Math.hypot(dx + 0.35, dy + 0.4) * 0.62);
  const isStripe = Math.abs(dy + 0.12 * dx) < 0.16;
  const [r, g, b] = isStripe ? [30, 60, 150] : [214, 60, 28];
  return [r * lit, g * lit, b * lit].map((value) => Math.round(value)) as [number, number, number]; // three in, three out
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "ascii"), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
