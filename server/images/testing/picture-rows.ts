import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { newId } from "@/server/domain/ids";
import type { Source } from "@/server/domain/vocabulary";
import type { StoredObject } from "../object-store";

export interface PictureRow extends StoredObject {
  sizeBytes: number;
  /** When its generation was accepted. */
  at?: Date;
  source?: Source;
}

/** A generation that succeeded with this picture, as the engine leaves it. The environment must have a revision. */
export async function addPicture(db: Database, environment: string, row: PictureRow): Promise<string> {
  const { sha256, location, objectKey, diskId, sizeBytes, at = new Date(), source = "api" } = row;
  const id = newId();
  await db.execute(sql`with g as (
      insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        image_count, created_at, deadline_at, finished_at)
      select ${id}, ${environment}, 'test', 'hash', ${source}, 'txt2img', 'succeeded', 'scenario', current_revision, true, 1,
        ${at}::timestamptz, ${at}::timestamptz + interval '1 minute', ${at}::timestamptz + interval '3 seconds'
      from environments where name = ${environment} returning id)
    insert into images (id, generation_id, role, position, sha256, mime_type, width, height, size_bytes, location, object_key, disk_id, created_at)
    select ${newId()}, id, 'output', 0, ${sha256}, 'image/png', 8, 8, ${sizeBytes}, ${location}, ${objectKey}, ${diskId}, ${at}::timestamptz from g`);
  return id;
}
