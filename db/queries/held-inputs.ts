import { eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { heldInputs } from "@/db/schema";

/** Keeps a caller's picture until its generations have ended. False: that would be more than `limitBytes` altogether. */
export async function holdInput(
  db: DatabaseOrTransaction,
  { sha256, bytes }: { sha256: string; bytes: Uint8Array },
  limitBytes: number,
): Promise<boolean> {
  const size = bytes.byteLength;
  const { rowCount } = await db.execute(sql`
    insert into held_inputs (sha256, bytes, size_bytes) select ${sha256}, ${Buffer.from(bytes)}, ${size}::int
    where (select coalesce(sum(size_bytes), 0) from held_inputs where sha256 <> ${sha256}) + ${size}::int <= ${limitBytes}::bigint
    on conflict (sha256) do update set held_at = clock_timestamp()`);
  return rowCount === 1;
}

/** Null: it is not held, or not any more. */
export async function heldInput(db: DatabaseOrTransaction, sha256: string): Promise<Buffer | null> {
  const [row] = await db.select({ bytes: heldInputs.bytes }).from(heldInputs).where(eq(heldInputs.sha256, sha256));
  return row?.bytes ?? null;
}

/**
 * Lets go of the pictures that no open generation needs. One that was taken a moment ago may belong to a request that is
 * being accepted. Gives their number.
 */
export async function forgetHeldInputs(db: DatabaseOrTransaction, afterMs: number): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from held_inputs h where h.held_at < clock_timestamp() - make_interval(secs => ${afterMs / 1000}::float8)
      and not exists (select 1 from images i join generations g on g.id = i.generation_id
        where i.sha256 = h.sha256 and i.role = 'input' and g.finished_at is null)`);
  return rowCount ?? 0;
}
