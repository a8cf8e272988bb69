import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type pg from "pg";
import type { ApiScope } from "@/server/domain/vocabulary";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** An API key as the product stores it, written straight into the table: sign-in is not what this run is about. */
export async function insertApiKey(
  pool: pg.Pool,
  environment: string,
  scopes: readonly ApiScope[] = ["generate", "read", "choose_provider"],
): Promise<string> {
  const id = base62(randomBytes(8), 12);
  const body = `sy_${environment}_${id}_${base62(randomBytes(32), 43)}`;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  const key = body + base62(sum, 6);
  await pool.query(
    `insert into api_keys (id, name, prefix, hash, environment, scopes, created_by)
      values ($1, 'chaos', $2, $3, $4, $5, 'chaos')`,
    [id, `sy_${environment}_${id}…`, createHash("sha256").update(key).digest("hex"), environment, scopes],
  );
  return key;
}

function base62(bytes: Buffer, length: number): string {
  let text = "";
  for (let rest = BigInt(`0x${bytes.toString("hex")}`); text.length < length; rest /= 62n)
    text = (LETTERS[Number(rest % 62n)] ?? "0") + text;
  return text;
}
