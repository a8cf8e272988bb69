const OF_CHECKLIST = /^(.+) \(checklist ([0-9a-f-]{36})\)$/;

/** Names a run of the testing checklist in revisions and audit entries. */
export function checklistActor(run: { id: string; startedBy: string }): string {
  return `${run.startedBy} (checklist ${run.id})`;
}

/**
 * Who made a change, for people. A run of the testing checklist signs with its id, so that its own changes are told from
 * everybody else's; nobody wants to read that.
 */
export function actorWords(actor: string): string {
  const starter = OF_CHECKLIST.exec(actor)?.[1];
  return starter === undefined ? actor : `${starter}'s checklist`;
}

export function isOfChecklist(actor: string): boolean {
  return OF_CHECKLIST.test(actor);
}
