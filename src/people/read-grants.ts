import { nearest } from '../errors/nearest.ts';
import { actions, grantProblem, isAction } from '../site/actions.ts';
import type { Grant } from '../site/site.ts';
import { meant, type RuleProblem } from './rules/problem.ts';

export interface ReadGrants {
  readonly may: 'everything' | readonly Grant[];
  readonly problems: readonly RuleProblem[];
}

/**
 * What a role allows, one a line as `grantText` writes it: "everything", "viewrestrcoll
 * collection=ALEPH Theses". Every mistake is named with its line.
 */
export function readGrants(text: string, collections: ReadonlySet<string>): ReadGrants {
  const grants: Grant[] = [];
  const problems: RuleProblem[] = [];
  let everything = false;
  text.split(/\r\n|\r|\n/).forEach((written, at) => {
    const words = written.trim();
    if (words === '' || words.startsWith('#')) return;
    if (words === 'everything') {
      everything = true;
      return;
    }
    const [action = '', rest = ''] = split(words, /\s+/);
    const on = argumentsIn(action, rest);
    const problem =
      on === undefined
        ? ({
            kind: 'arguments',
            values: { action },
            sentence: `the arguments of ${action} are written as collection=Theses`,
          } as const)
        : grantProblem(action, on, on['collection'] === '*' ? undefined : collections);
    if (problem !== undefined) {
      const { kind, values, sentence } = problem;
      const near = 'word' in problem ? nearest(problem.word, problem.among) : undefined;
      problems.push({ line: at + 1, message: `${capital(sentence)}.${meant(near)}`, kind, values, near });
    } else if (isAction(action)) grants.push({ action, arguments: on ?? {} });
  });
  return { may: everything ? 'everything' : grants, problems };
}

/** Values may have blanks: one ends where the next argument of the action begins. */
function argumentsIn(action: string, text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return {};
  const known: readonly string[] = isAction(action) ? actions[action] : [];
  const parts = text.split(new RegExp(`\\s+(?=(?:${known.join('|') || '(?!)'})=)`));
  const pairs = parts.map((part) => split(part, /=/));
  return pairs.every(([name, value]) => name !== '' && value !== undefined && value !== '')
    ? Object.fromEntries(pairs.map(([name, value]) => [name, value!.trim()]))
    : undefined;
}

function split(text: string, at: RegExp): readonly [string, string | undefined] {
  const found = at.exec(text);
  if (found === null) return [text, undefined];
  return [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
