/**
 * A second node in its own process: for each word that it is told, says when it found the word. See
 * ../fresh.ts.
 */

import { loadSettings } from '../../src/config/settings.ts';
import { openLibrary } from '../../src/library/open.ts';
import { wallClock, whenFound } from './found.ts';

const library = await openLibrary(loadSettings());
process.on('message', async (word: string) => {
  await whenFound(library, word);
  process.send!({ word, at: wallClock() });
});
process.on('disconnect', () => void library.close());
process.send!('ready');
