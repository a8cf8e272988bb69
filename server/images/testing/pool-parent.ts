import { createDecodePool } from "../decode-pool";
import { noisePicture } from "./pictures";

// Run as a process of its own: decodes once, tells its decoders' ids, and leaves the pool open.
const pool = createDecodePool({ size: 1 });
await pool.decode(await noisePicture(), "image/png");
if (process.send) process.send(pool.pids());
else process.stdout.write(JSON.stringify(pool.pids()));
