/**
 * The upstream issues whose bug can be switched off, with what the switch does. The default is v1.9.1 as it is; the
 * table of all known bugs, those without a switch too, is docs/known-bugs.md.
 *
 * Left out on purpose: bugs that only a larger change of the controller would mend. A switch is a few lines.
 */

/** By upstream number, ascending: one sentence on what is different with the switch. */
export const FIXABLE: ReadonlyMap<number, string> = new Map([
  [3078, 'after an abort the canary Service goes to stable once and stays there'],
  [4424, 'a full promotion with dynamicStableScale never weighs the canary above the whole'],
  [4486, 'header and mirror routes of earlier steps come back with the canary pods'],
  [4561, 'the routes of a step are set also while stable lacks pods'],
  [4775, 'the canary subset is not pointed at a ReplicaSet that is to have no pods'],
  [4831, 'of two experiments that leave a route at once neither stays behind'],
  [4839, 'a ReplicaSet that its subset points at already delays no DestinationRule'],
]);
