import { getRuntime, type Runtime } from "@/server/runtime";
import { type Auth, createAuth } from "./create-auth";

const holder = globalThis as typeof globalThis & { __switchyardAuth?: WeakMap<Runtime, Auth> };

/** The running process's better-auth, made on first use and shared by all copies of this module. */
export function getAuth(): Auth {
  const runtime = getRuntime();
  holder.__switchyardAuth ??= new WeakMap();
  let auth = holder.__switchyardAuth.get(runtime);
  if (!auth) {
    const { db, secret, config, log } = runtime;
    auth = createAuth({ db, secret, publicUrl: config.publicUrl, log });
    holder.__switchyardAuth.set(runtime, auth);
  }
  return auth;
}
