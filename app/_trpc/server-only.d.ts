/** Next resolves this name by itself; there is no package to bring the type. */
declare module "server-only";
