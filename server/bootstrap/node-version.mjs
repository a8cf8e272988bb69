// Imported first and alone: everything after it may use what an old Node can't even parse.
const NEEDED = [20, 20];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `Switchyard needs Node ${NEEDED.join(".")} or newer; this is ${process.versions.node} (${process.execPath}).`,
  );
  process.exit(1);
}
