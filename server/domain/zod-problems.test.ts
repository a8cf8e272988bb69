import { expect, it } from "vitest";
import { z } from "zod";
import { zodProblems } from "./zod-problems";

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  count: z.int().min(1).max(9),
  share: z.number().positive(),
  list: z.array(z.string()).max(1),
  kind: z.enum(["a", "b"]),
  id: z.uuid(),
  own: z.string({ error: "must be what we say" }),
  maybe: z.boolean().optional(),
});
const good = {
  name: "abc",
  count: 1,
  share: 1,
  list: [],
  kind: "a",
  id: "01a21694-876f-7311-804f-384ae3c51ca4",
  own: "x",
};
const problems = (change: object | null) => {
  const { error } = schema.safeParse(change === null ? [] : { ...good, ...change });
  return error ? zodProblems(error).map(({ field, rule }) => `${field} ${rule}`) : [];
};

it.each<[object | null, string]>([
  [null, "body must be an object"],
  [{ name: undefined }, "name is required"],
  [{ name: 5 }, "name must be a text"],
  [{ name: "x" }, "name must have at least 2 characters"],
  [{ name: "x".repeat(5) }, "name must have at most 4 characters"],
  [{ count: 1.5 }, "count must be a whole number"],
  [{ count: 10 }, "count must be at most 9"],
  [{ share: 0 }, "share must be at least 0"],
  [{ list: ["x", "y"] }, "list must have at most 1 entries"],
  [{ list: [1] }, "list.0 must be a text"],
  [{ kind: "c" }, "kind must be one of a, b"],
  [{ id: "x" }, "id must be an id"],
  [{ own: 1 }, "own must be what we say"],
  [{ maybe: 1 }, "maybe must be true or false"],
  [{ surprise: 1 }, "surprise is not a known field"],
])("%j: %s", (change, said) => {
  expect(problems(change)).toEqual([said]);
});
