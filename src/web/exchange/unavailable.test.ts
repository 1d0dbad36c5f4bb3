import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCatalogue, UserError } from '../../errors/errors.ts';
import '../app.ts';
import { createTranslator, loadCatalogues } from '../ui/translations.ts';
import { unavailable } from './unavailable.ts';

const catalogues = loadCatalogues();
const english = catalogues.get('en')!;
/** Not met by readers: of commands, and what is mended before anybody is told. */
const ofCommands =
  /^REPERIO_(?:NODE_SILENT|NO_SERVER|TASK_DOES_NOT_STOP|TURN_LOST|LOAD_STOPPED|LOCK_WAITED|SEGMENT_.*)$/;

test('each reason why something cannot be had for a while says its own truth, in every language', () => {
  const kinds = errorCatalogue().filter(({ status, code }) => status === 503 && !ofCommands.test(code));
  assert.ok(kinds.length > 7);
  for (const [language, catalogue] of catalogues) {
    const tr = createTranslator(language, catalogue, english);
    for (const kind of kinds) {
      const told = unavailable(tr, new UserError(kind));
      assert.notEqual(told.reason, 'other', kind.code);
      const words = `${told.title} ${told.text} ${told.hint}`;
      assert.doesNotMatch(words, /error\.unavailable|[{}]/, words);
      const isDatabase = told.reason === 'database' || told.reason === 'slow';
      assert.equal(/database|base de données/i.test(words), isDatabase, words);
      assert.doesNotMatch(words, /DATABASE_URL|pool-size|s3-|shed-above|reperio /, 'for the operator only');
    }
  }
});
