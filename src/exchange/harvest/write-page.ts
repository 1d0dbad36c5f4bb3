import { DatabaseError } from 'pg';
import { withCurrentBases } from '../../checks/current-bases.ts';
import { UserError } from '../../errors/errors.ts';
import { originOf } from '../../index/segment-store.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { type RecordWrite, writeRecord } from '../../records/change.ts';
import { incomingChecksOf } from '../../records/check-incoming.ts';
import { loadBatch, NotAsPlanned } from '../../records/load/load-batch.ts';
import { rulesOf } from '../../records/next-version.ts';
import { inSavepoint } from '../../records/upload.ts';
import { analyzerOf } from '../../search/search.ts';
import type { CurrentSite } from '../../site/versions.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { shareLease } from '../../store/lease.ts';
import type { ToNote } from './harvested-records.ts';
import { labelOf } from './prepare.ts';
import { type Prepared, whyOf } from './prepared.ts';
import type { Source } from './source.ts';

export interface WriteContext {
  readonly database: Database;
  readonly source: Source;
  readonly current: CurrentSite;
  /** DATA/index. */
  readonly indexFolder: string | undefined;
  readonly person: string | undefined;
  /** For the history: "harvest arxiv". */
  readonly reason: string;
}

export interface WrittenPage {
  /** What is to be noted of each record that is not as before. */
  readonly records: readonly ToNote[];
  /** What rules of the site say of some of them. */
  readonly warnings: readonly string[];
  /** The last statement before the commit. */
  readonly publish: () => Promise<void>;
}

/**
 * Writes what was prepared, in the caller's transaction: all at once, or one by one, so that what
 * the database refuses spoils only itself.
 */
export async function writePage(
  transaction: Transaction,
  prepared: readonly Prepared[],
  context: WriteContext,
  oneByOne: boolean,
): Promise<WrittenPage> {
  const { current, source, person, reason, indexFolder } = context;
  const { site } = current;
  const analyzer = analyzerOf(site);
  const checks = incomingChecksOf(await withCurrentBases(transaction, site), true);
  const rules = { ...rulesOf(site), hidden: 'keep', always: false, checks } as const;
  const notes = new Map<Prepared, ToNote>();
  const note = (one: Prepared, outcome: string, more: Partial<ToNote> = {}): void => {
    const { identifier, datestamp, digest, xml } = one;
    const usual = { record: 0, held: undefined, code: undefined, message: undefined, made: outcome === 'inserted' };
    notes.set(one, {
      ...{ identifier, datestamp, digest, outcome, ...usual },
      xml: outcome === 'refused' ? xml : undefined,
      ...more,
    });
  };
  const writes = prepared.filter(isWritten);
  const warnings: string[] = [];
  let publish = async (): Promise<void> => undefined;
  await shareLease(transaction, 'numbers');
  const write = async (
    one: Prepared,
    record: MarcRecord,
    mode: RecordWrite['mode'],
    isOurs: boolean,
  ): Promise<void> => {
    // Where its 001 is our number, a source beside it would make it another one.
    const named = { harvested: one.identifier, ...(!isOurs && { source: source.name }) };
    try {
      const write = { record, mode, reason, person, rules, ...named };
      const done = await inSavepoint(transaction, () => writeRecord(transaction, analyzer, write));
      warnings.push(...done.warnings.map((text) => text.replace(/^The record\b/, labelOf(one))));
      note(one, done.action, {
        record: done.id,
        held: done.held?.id,
        code: done.held?.reason,
        message: one.fate.kind === 'hold' ? whyOf(one.fate, done.action) : undefined,
      });
    } catch (error) {
      if (error instanceof UserError && error.status < 500) {
        const message = error.message.replace(/^The record\b/, `Record ${one.identifier}`);
        note(one, 'refused', { code: error.code, message: `${message} ${error.hint}` });
      } else if (oneByOne && isRefusal(error)) {
        note(one, 'refused', {
          code: 'REPERIO_HARVEST_RECORD',
          message: `The database refuses it: ${(error as Error).message}.`,
        });
      } else throw error;
    }
  };
  if (writes.length > 0 && !oneByOne) {
    const options = {
      database: context.database,
      analyzer,
      origin: originOf(current),
      indexFolder,
      reason,
      person,
      ...rules,
    };
    const loaded = await loadBatch(
      transaction,
      { ...options, source: source.name, mode: source.mode },
      writes.map(({ fate }) => fate),
    );
    publish = loaded.publish;
    const named = (text: string): string =>
      text.replace(/^Record (\d+)(?: \([^)]*\))?/, (_, place) => labelOf(writes[Number(place) - 1]!));
    warnings.push(...loaded.warnings.map(named));
    for (const { position, outcome, id, code } of loaded.outcomes) {
      const one = writes[position - 1]!;
      const reasonOf = loaded.reasons.get(position);
      const told = reasonOf === undefined ? undefined : `${reasonOf.message} ${reasonOf.hint}`;
      const message = told?.replace(/^Record \d+(?: \([^)]*\))?/, `Record ${one.identifier}`);
      note(one, outcome, { record: id, code, message });
    }
  }
  for (const one of prepared) {
    const { fate } = one;
    if (fate.kind === 'write' && oneByOne) {
      await write(one, fate.record, source.mode, false);
    } else if (fate.kind === 'write-to')
      await write(one, fate.record, source.mode === 'insert' ? 'replace' : source.mode, true);
    else if (fate.kind === 'hold') await write(one, fate.record, 'hold', fate.id > 0);
    else if (fate.kind === 'drop') note(one, 'dropped', { record: one.earlier?.record ?? 0, message: fate.why });
    else if (fate.kind === 'refuse') {
      const { code, message, hint } = fate.reason;
      note(one, 'refused', { code, message: `${message} ${hint}` });
    }
  }
  return { records: prepared.flatMap((one) => notes.get(one) ?? []), warnings, publish };
}

type Written = Prepared & { readonly fate: Extract<Prepared['fate'], { kind: 'write' }> };

function isWritten(one: Prepared): one is Written {
  return one.fate.kind === 'write';
}

/** What of a record the database does not take. */
export function isRefusal(error: unknown): boolean {
  return error instanceof NotAsPlanned || (error instanceof DatabaseError && /^(?:22|23|54)/.test(error.code ?? ''));
}

/** Somebody else was in the way: it may be tried again. */
export function isPassing(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40P01' || error.code === '40001');
}
