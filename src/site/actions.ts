/**
 * What a role may be allowed to do, with the arguments that narrow it. Names are those of Invenio,
 * so that its roles can be kept.
 */
export const actions = {
  viewrestrcoll: ['collection'],
  viewhiddenpaths: [],
  viewrestrdoc: ['status'],
  viewrestrcomment: ['status'],
  runbibedit: ['collection'],
  runbibeditmulti: ['collection'],
  runbibmerge: [],
  runbibcheck: [],
  runbibupload: [],
  runbatchuploader: ['collection'],
  runbibdocfile: [],
  runwebstatadmin: [],
  viewserverstatus: [],
  cfgbibsched: [],
  cfgbibknowledge: [],
  cfgoairepository: [],
  cfgdois: [],
  cfgoaiharvest: [],
  runoaiharvest: [],
  cfgwebhooks: [],
  profiling: [],
  cfgwebsearch: [],
  cfgwebaccess: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Action = keyof typeof actions;

export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}

export type GrantProblemKind = 'no_action' | 'no_argument' | 'no_collection';

export interface GrantProblem {
  readonly kind: GrantProblemKind;
  readonly values: Readonly<Record<string, string>>;
  /** In English, without its stop. */
  readonly sentence: string;
  /** What is wrong, and what could stand in its place. */
  readonly word: string;
  readonly among: Iterable<string>;
}

/**
 * What is wrong with a grant, or undefined. The collection is looked up only when names of
 * collections are given.
 */
export function grantProblem(
  action: string,
  on: Readonly<Record<string, string>>,
  collections?: ReadonlySet<string>,
): GrantProblem | undefined {
  if (!isAction(action)) {
    const sentence = `there is no action '${action}'`;
    return { kind: 'no_action', values: { action }, sentence, word: action, among: Object.keys(actions) };
  }
  const known: readonly string[] = actions[action];
  for (const key of Object.keys(on)) {
    if (known.includes(key)) continue;
    const sentence = `the action ${action} takes no '${key}'`;
    return { kind: 'no_argument', values: { action, key }, sentence, word: key, among: known };
  }
  const { collection } = on;
  if (collection !== undefined && collections !== undefined && !collections.has(collection)) {
    const sentence = `there is no collection '${collection}'`;
    return { kind: 'no_collection', values: { collection }, sentence, word: collection, among: collections };
  }
  return undefined;
}
