import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { disposition, parseFileName } from './names.ts';

test('names keep their document and format, and their header is plain', () => {
  assert.deepEqual(parseFileName('Thesis v2.tar.gz'), { document: 'Thesis v2', format: 'tar.gz' });
  assert.deepEqual(parseFileName('README'), { document: 'README', format: '' });
  assert.equal(
    disposition({ document: 'Größe "x"', format: 'PDF'.toLowerCase() }).includes(
      "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22x%22.pdf",
    ),
    true,
  );
  assertProperty(
    fc.property(fc.string({ unit: 'grapheme' }), (document) => !/[\r\n]/.test(disposition({ document, format: '' }))),
  );
});
