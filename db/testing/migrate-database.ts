import { migrate } from "@/db/migrate";

// Run as a program of its own by harnesses that see the product from outside: brings the database at DATABASE_URL up to date.
await migrate({ databaseUrl: process.env.DATABASE_URL ?? "" });
