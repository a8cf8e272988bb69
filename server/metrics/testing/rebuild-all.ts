import { connect, POOL_LIMITS } from "@/db/client";
import { rebuildRollups } from "../rebuild-rollups";

// Run as a program of its own: builds the roll-ups of the environments LARGE and SMALL from their rows.
const { db, close } = connect({ url: process.env.DATABASE_URL ?? "", name: "bench", ...POOL_LIMITS.tool });
for (const environment of [process.env.SMALL ?? "", process.env.LARGE ?? ""])
  await rebuildRollups(db, { environment, nowMs: Number(process.env.NOW_MS) });
await close();
