import { UserError } from '../../errors/errors.ts';
import { checkQuery } from '../../search/check-query.ts';
import type { Site } from '../../site/site.ts';
import { addedFields, tableRules } from './convert.ts';
import { harvestErrors } from './errors.ts';
import { requireAddress } from './get.ts';
import {
  deletionPolicies,
  errorPolicies,
  harvestModes,
  type NewSource,
  profiles,
  type Steps,
  usualSteps,
} from './source.ts';

/** A source as people write it: lines and words, everything may be missing. */
export interface SourceText {
  readonly name?: string | undefined;
  readonly base?: string | undefined;
  readonly prefix?: string | undefined;
  readonly sets?: readonly string[] | undefined;
  readonly mode?: string | undefined;
  readonly onError?: string | undefined;
  readonly deleted?: string | undefined;
  /** "title=245__a" */
  readonly table?: readonly string[] | undefined;
  readonly add?: readonly string[] | undefined;
  readonly keep?: string | undefined;
  readonly drop?: string | undefined;
  readonly hold?: string | undefined;
  readonly profile?: string | undefined;
  readonly ifNew?: string | undefined;
  readonly ifMatched?: string | undefined;
  readonly ifAmbiguous?: string | undefined;
}

/** Throws a UserError that says what is wrong. */
export function requireSource(text: SourceText, site: Site, person: string | undefined): NewSource {
  const name = text.name?.trim() ?? '';
  if (!/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name))
    throw wrong(`its name "${name}" is not of letters, digits and hyphens, 40 at most`);
  const url = requireAddress(text.base?.trim() ?? '');
  if (url.searchParams.has('verb')) throw new UserError(harvestErrors.address, { address: url.href });
  const prefix = text.prefix?.trim() || 'marcxml';
  if (!/^[\w.!~*'()-]{1,100}$/.test(prefix)) throw wrong(`"${prefix}" is no name of a metadata format`);
  const sets = [...new Set((text.sets ?? []).map((set) => set.trim()).filter((set) => set !== ''))];
  for (const set of sets) if (/\s/.test(set) || set.length > 500) throw wrong(`"${set}" is no name of a set`);
  return {
    ...{ name, base: url.href, prefix, sets, person },
    mode: choice('mode', text.mode, harvestModes, 'insert-or-replace'),
    steps: stepsOf(text, site),
    onError: choice('on error', text.onError, errorPolicies, 'go-on'),
    deleted: choice('deleted', text.deleted, deletionPolicies, 'delete'),
  };
}

/** A source as people would write it: to be changed. */
export function sourceText({ steps, sets, ...source }: NewSource): SourceText {
  const { convert, filter, match } = steps;
  const lines = (record: Readonly<Record<string, string>> | undefined): readonly string[] =>
    Object.entries(record ?? {}).map(([from, to]) => `${from}=${to}`);
  const { name, base, prefix, mode, onError, deleted } = source;
  return {
    ...{ name, base, prefix, mode, onError, deleted, sets, ...filter },
    ...{ table: lines(convert.table), add: lines(convert.add), profile: match.profile },
    ...{ ifNew: match.new, ifMatched: match.matched, ifAmbiguous: match.ambiguous },
  };
}

function stepsOf(text: SourceText, site: Site): Steps {
  const table = pairs(text.table);
  const add = pairs(text.add);
  if (table !== undefined) tableRules(table);
  if (add !== undefined) addedFields(add);
  const filter: Record<string, string> = {};
  for (const name of ['drop', 'hold', 'keep'] as const) {
    const question = text[name]?.trim() ?? '';
    if (question === '') continue;
    const problem = checkQuery(question, site);
    if (problem !== undefined) throw wrong(`in the question of ${name}, ${problem.replace(/\.$/, '')}`);
    filter[name] = question;
  }
  const { match } = usualSteps;
  return {
    convert: { ...(table !== undefined && { table }), ...(add !== undefined && { add }) },
    filter,
    match: {
      profile: choice('profile', text.profile, profiles, match.profile),
      new: choice('new', text.ifNew, ['insert', 'hold', 'drop'], match.new),
      matched: choice('matched', text.ifMatched, ['replace', 'hold', 'drop'], match.matched),
      ambiguous: choice('ambiguous', text.ifAmbiguous, ['hold', 'insert', 'drop'], match.ambiguous),
    },
  };
}

function choice<const T extends string>(name: string, text: string | undefined, choices: readonly T[], usual: T): T {
  const given = text?.trim() ?? '';
  if (given === '') return usual;
  const found = choices.find((one) => one === given);
  if (found === undefined) throw wrong(`"${given}" for ${name} is none of ${choices.join(', ')}`);
  return found;
}

/** The last "=" is not part of either. */
function pairs(lines: readonly string[] | undefined): Record<string, string> | undefined {
  const given = (lines ?? []).map((line) => line.trim()).filter((line) => line !== '');
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.map((line) => {
      // Conditions of a path have such signs too: name[@type=personal]=100__a.
      const at = line.search(/=(?![^[]*\])/);
      if (at < 1) throw wrong(`"${line}" has no "=" between its two sides`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
    }),
  );
}

function wrong(reason: string): UserError {
  return new UserError(harvestErrors.source, { reason });
}
