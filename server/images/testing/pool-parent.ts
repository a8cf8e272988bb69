import { createDecodePool } from "../decode-pool";
import { noisePicture } from "./pictures";

// Run as a process of its own: decodes once, tells its decoders' ids, and leaves the pool open.
const pool = createDecodePool({ size: 1 });
await pool.decode(await noisePicture(), "image/png");
if (process.send) {
  process.send(pool.pids());
  // Its test kills it: without this it would end by itself as soon as the message is out, and its decoder with it.
  setInterval(() => {}, 60_000);
} else process.stdout.write(JSON.stringify(pool.pids()));
