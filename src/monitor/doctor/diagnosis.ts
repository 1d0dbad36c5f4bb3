import type { CheckResult } from '../check/check.ts';
import type { Check } from '../check/definition.ts';
import { judge } from '../check/judge.ts';
import { playbook } from '../check/page.ts';

/** A question that is answered with yes where all is well. */
export interface Diagnosis {
  readonly question: string;
  /** not-set-up: what the question is about is not used here. */
  readonly answer: 'yes' | 'no' | 'unknown' | 'not-set-up';
  /** A sentence: what was found. */
  readonly found: string;
  /** What to type. */
  readonly fix?: string;
  /** A page of docs/, with its heading. */
  readonly page?: string;
}

export const yes = (question: string, found: string): Diagnosis => ({ question, answer: 'yes', found });
export const notSetUp = (question: string, found: string): Diagnosis => ({ question, answer: 'not-set-up', found });

/** What the checks found, as questions. */
export function diagnosesOf(checks: readonly Check[], results: readonly CheckResult[]): readonly Diagnosis[] {
  return checks.flatMap(({ name, question, page }): readonly Diagnosis[] => {
    const result = results.find((each) => each.name === name);
    if (result === undefined) return [];
    const { state, sentence, fix } = judge(result.finding);
    if (state === 'ok' && result.finding.isUnused === true) return [notSetUp(question, sentence)];
    const answer = state === 'ok' ? 'yes' : state === 'unknown' ? 'unknown' : 'no';
    return [
      {
        ...{ question, answer, found: sentence },
        ...(fix === undefined ? {} : { fix }),
        ...(answer === 'yes' ? {} : { page: playbook(page) }),
      },
    ];
  });
}

const words = { yes: 'yes', no: 'no', unknown: 'not known', 'not-set-up': 'not set up' } as const;

/** For a terminal: a line for each question, and below a "no" what to do. */
export function diagnosisLines(diagnoses: readonly Diagnosis[]): readonly string[] {
  const lines = diagnoses.flatMap(({ question, answer, found, fix, page }) => [
    `${question} ... ${words[answer]}`,
    ...(answer === 'yes' ? [] : [`  ${found}`]),
    ...(fix === undefined ? [] : [`  Try: ${fix}`]),
    ...(page === undefined ? [] : [`  See: ${page}`]),
  ]);
  const count = (answer: Diagnosis['answer']): number => diagnoses.filter((each) => each.answer === answer).length;
  const more = (['not-set-up', 'unknown'] as const)
    .filter((answer) => count(answer) > 0)
    .map((answer) => `, ${count(answer)} ${words[answer]}`);
  return [...lines, '', `${diagnoses.length} questions: ${count('yes')} yes, ${count('no')} no${more.join('')}.`];
}
