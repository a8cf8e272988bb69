import { connect, POOL_LIMITS } from "@/db/client";
import { rollUp } from "../roll-up";

// Run as a program of its own that a debug point may kill: empties the outbox of DATABASE_URL as of NOW_MS.
const connection = connect({ url: process.env.DATABASE_URL ?? "", name: "roll-up", ...POOL_LIMITS.tool });
await rollUp(connection.db, Number(process.env.NOW_MS));
await connection.close();
