import { expect, it } from "vitest";
import { actorWords, checklistActor, isOfChecklist } from "./actor-words";
import { newId } from "./ids";

it("tells a checklist's own changes short, and everybody else as they are", () => {
  const own = checklistActor({ id: newId(), startedBy: "Mira (ops)" });
  expect([actorWords(own), isOfChecklist(own)]).toEqual(["Mira (ops)'s checklist", true]);
  for (const other of ["Mira (ops)", "(checklist)", "Automatic rollback"])
    expect([actorWords(other), isOfChecklist(other)]).toEqual([other, false]);
});
