import { resolve } from "node:path";
import { cancelGeneration } from "@/server/gateway/cancel-generation";
import { getGeneration } from "@/server/gateway/get-generation";
import { listGenerationPage } from "@/server/gateway/list-generations";
import { type AddressedPicture, pictureAddress } from "@/server/images/picture-address";
import { createUrlSigner } from "@/server/images/signed-url";
import { installationSecret } from "@/server/installation-secret";
import type { ReadDoor } from "./door";
import { chooseEnvironment, openInstallation } from "./installation";

/** The gateway's reading verbs on the installation's database. */
export async function openLocalReadDoor(say: (line: string) => void): Promise<ReadDoor> {
  const installation = await openInstallation(say);
  const { config, connection, principal } = installation;
  const secret = await installationSecret({ secret: config.secret, dataDir: resolve(config.dataDir) });
  const signer = createUrlSigner(secret);
  const deps = {
    db: connection.db,
    signUrl: (picture: AddressedPicture) =>
      pictureAddress({ signer, publicUrl: config.r2?.publicUrl ?? null }, picture, Date.now()),
  };
  return {
    serverUrl: installation.serverUrl,
    get: (id) => getGeneration(deps, principal, id),
    list: ({ environment, ...filter }, limit) => {
      const chosen = chooseEnvironment(installation, environment ?? undefined);
      return listGenerationPage(deps, principal, { ...filter, environment: chosen }, { cursor: null, limit });
    },
    cancel: (id) => cancelGeneration({ ...deps, wake: () => undefined }, principal, id),
    isServed: async () => (await installation.workers()).length > 0,
    close: installation.close,
  };
}
