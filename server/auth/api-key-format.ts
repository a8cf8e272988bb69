import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * `sy_<environment>_<id>_<secret><checksum>`: a word that secret scanners find, a place that people can read, 256
 * random bits, and a checksum that tells a typing error from a wrong key without asking the database.
 */
export interface ApiKeyParts {
  environment: string;
  id: string;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 12;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = /^(sy_([a-z][a-z0-9-]{0,30})_([0-9A-Za-z]{12})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export function makeApiKey(environment: string): ApiKeyParts & { key: string; hash: string; prefix: string } {
  const id = base62(BigInt(`0x${randomBytes(8).toString("hex")}`), ID_LENGTH);
  const secret = base62(BigInt(`0x${randomBytes(32).toString("hex")}`), SECRET_LENGTH);
  const body = `sy_${environment}_${id}_${secret}`;
  const key = body + checksum(body);
  return { environment, id, key, hash: hashApiKey(key), prefix: `sy_${environment}_${id}_${secret.slice(0, 4)}…` };
}

/** Null: not one of our keys, or mistyped. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [, body = "", environment = "", id = "", sum = ""] = match;
  return checksum(body) === sum ? { environment, id } : null;
}

/** A fast hash is right here: nobody guesses 256 random bits. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

export function sameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) text = (LETTERS[Number(rest % 62n)] ?? "0") + text;
  return text;
}
