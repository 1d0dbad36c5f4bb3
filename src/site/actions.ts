/**
 * What a role may be allowed to do, with the arguments that narrow it. Names are those of Invenio, so that its roles
 * can be kept.
 */
export const actions = {
  viewrestrcoll: ['collection'],
  viewhiddenpaths: [],
  viewrestrdoc: ['status'],
  viewrestrcomment: ['status'],
  runbibedit: ['collection'],
  runbibeditmulti: ['collection'],
  runbibmerge: [],
  runbibupload: [],
  runbatchuploader: ['collection'],
  runbibdocfile: [],
  runwebstatadmin: [],
  viewserverstatus: [],
  profiling: [],
  cfgwebsearch: [],
  cfgwebaccess: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Action = keyof typeof actions;

export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}

/** Says in a sentence without its stop what is wrong with a grant, or undefined. The collection is looked up only when names of collections are given. */
export function grantProblem(
  action: string,
  on: Readonly<Record<string, string>>,
  collections?: ReadonlySet<string>,
): { readonly sentence: string; readonly word: string; readonly among: Iterable<string> } | undefined {
  if (!isAction(action))
    return { sentence: `there is no action '${action}'`, word: action, among: Object.keys(actions) };
  const known: readonly string[] = actions[action];
  for (const key of Object.keys(on)) {
    if (!known.includes(key)) return { sentence: `the action ${action} takes no '${key}'`, word: key, among: known };
  }
  const { collection } = on;
  if (collection !== undefined && collections !== undefined && !collections.has(collection))
    return { sentence: `there is no collection '${collection}'`, word: collection, among: collections };
  return undefined;
}
