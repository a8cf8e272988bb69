import { blockOtherLoaders, decodePicture } from "./decode-picture";
import type { DecodeAnswer, DecodeJob } from "./decode-protocol";
import { MAX_DECODER_RSS_BYTES } from "./limits";
import { loaderFault } from "./loader-check";
import { PictureProblem } from "./picture-problem";

// The entry of a decoding process: strangers' bytes are decoded here, away from secrets, sockets and the database.

/** At once, whatever a decoder thread is doing: `process.exit` would wait for it. */
const die = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", die);
// The terminal's Ctrl-C reaches the whole group; the parent decides when its decoders end.
process.on("SIGINT", () => {});

// The parent watches too where it can; a process whose memory is seen by nobody else must watch itself.
setInterval(() => {
  if (process.memoryUsage.rss() > MAX_DECODER_RSS_BYTES) die();
}, 100);

function answer(message: DecodeAnswer): void {
  process.send?.(message);
}

async function run(job: DecodeJob): Promise<DecodeAnswer> {
  try {
    return { kind: "decoded", id: job.id, image: await decodePicture(job.bytes, job.mimeType, job.sampleSide) };
  } catch (error) {
    if (!PictureProblem.is(error)) throw error;
    return { kind: "refused", id: job.id, rule: error.rule, message: error.message };
  }
}

blockOtherLoaders();
const fault = await loaderFault();
if (fault) {
  answer({ kind: "unfit", reason: fault });
} else {
  process.on("message", (job: DecodeJob) => {
    run(job).then(answer, die);
  });
  answer({ kind: "ready" });
}
