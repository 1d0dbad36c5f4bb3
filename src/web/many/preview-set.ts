import { addChangeSet } from '../../cataloguing/change-sets.ts';
import { lookingActions } from '../../cataloguing/lookups.ts';
import { onlyCorrects } from '../../cataloguing/planned.ts';
import { previewActions } from '../../cataloguing/preview.ts';
import { editable, readNumbers } from '../../cataloguing/selection.ts';
import { requireTask } from '../../cataloguing/task-file.ts';
import { withCurrentBases } from '../../checks/current-bases.ts';
import { grouped } from '../../errors/grouped.ts';
import { idFormat } from '../../formats/format-names.ts';
import { incomingChecksOf, obstaclesOf } from '../../records/check-incoming.ts';
import { emptyRequest } from '../../search/request.ts';
import type { Database } from '../../store/database.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { withDatabaseAnswers } from '../search/routes.ts';
import { hiddenFrom } from './found.ts';

/** Which records, and what is to be done to them. */
export interface ChangesWanted {
  /** What is searched for; it counts when no numbers are given. */
  readonly query: string;
  readonly numbers: string;
  /** YAML. */
  readonly task: string;
}

/**
 * Previews a task on the records that this person may change, and keeps it as a change set, once
 * for each Idempotency-Key: its number. Throws a UserError for what cannot be read.
 */
export async function previewSet(
  exchange: Exchange,
  database: Database,
  { query, numbers, task }: ChangesWanted,
): Promise<number> {
  const { person, snapshot } = exchange;
  const { name, actions } = requireTask(task);
  const listed = numbers.trim() === '' ? undefined : readNumbers(numbers);
  const asked = { ...emptyRequest, text: query, size: Number.POSITIVE_INFINITY, format: idFormat.code };
  const found = listed ?? (await exchange.ask(await withDatabaseAnswers(exchange, asked))).ids;
  const ids = await exchange.work(editable(person, snapshot, found));
  const run = await lookingActions(database, snapshot.site, actions);
  const pause = async (): Promise<void> => {
    await exchange.giveWay();
    await new Promise((go) => setImmediate(go));
  };
  const hidden = hiddenFrom(exchange);
  const checks = incomingChecksOf(await withCurrentBases(database, snapshot.site), hidden.length > 0);
  const rules = onlyCorrects(task) ? undefined : obstaclesOf(checks);
  const made = await previewActions(database, ids, run, { hidden, rules, pause });
  const selection = listed === undefined ? query : `${grouped(listed.length)} numbers`;
  const wish = JSON.stringify([query, numbers, task]);
  const { id } = await doOnce(database, exchange, { scope: 'change sets', asked: wish }, async (transaction) => ({
    id: await addChangeSet(transaction, { ...made, person: person.name, name, task, selection }),
  }));
  return id;
}
