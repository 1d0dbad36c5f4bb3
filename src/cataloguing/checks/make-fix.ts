import { compileActions } from '../../marc/actions/apply.ts';
import type { MarcPath } from '../../marc/path.ts';
import type { CheckRule } from '../../site/site.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { addChangeSet } from '../change-sets.ts';
import { type Preview, previewActions } from '../preview.ts';
import { requireTask } from '../task-file.ts';
import { decideFindings } from './findings.ts';
import { fixTask } from './fix.ts';

export interface FixAsked {
  readonly rule: CheckRule;
  /** What is to be mended, and in which records: those that their person may change. */
  readonly findings: readonly { readonly id: number; readonly record: number }[];
  readonly person: string | undefined;
  /** What their person may not see, and so not change. */
  readonly hidden: readonly MarcPath[];
  readonly pause?: () => Promise<void>;
}

/** What the rule would make of the records; nothing is written. */
export async function previewFix(database: Database, { rule, findings, hidden, pause }: FixAsked): Promise<Preview> {
  const { actions } = requireTask(fixTask(rule));
  const run = { run: compileActions(actions), count: actions.length, lookedUp: () => undefined };
  const ids = [...new Set(findings.map(({ record }) => record))];
  return await previewActions(database, ids, run, { hidden, ...(pause !== undefined && { pause }) });
}

/** One change set of it all, which waits to be applied; what was found stays open. Its number. */
export async function addFix(
  transaction: Transaction,
  { rule, person }: Pick<FixAsked, 'rule' | 'person'>,
  preview: Preview,
): Promise<number> {
  const set = { ...preview, person, name: `check ${rule.name}`, task: fixTask(rule), selection: `check ${rule.name}` };
  return await addChangeSet(transaction, set);
}

/** The same, and its findings are accepted. */
export async function makeFix(transaction: Transaction, asked: FixAsked, preview: Preview): Promise<number> {
  const { findings, person } = asked;
  const id = await addFix(transaction, asked, preview);
  await decideFindings(
    transaction,
    findings.map((one) => one.id),
    'accepted',
    person ?? 'operator',
  );
  return id;
}
