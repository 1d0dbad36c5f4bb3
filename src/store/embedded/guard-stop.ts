import { dirname } from 'node:path';
import { layoutOf } from './layout.ts';
import { stopWhenUnused } from './share.ts';

/**
 * Run by the guard with DATA/postgres. Exits with 0 when the server is stopped, 1 when somebody
 * uses it.
 */
const [, , folder] = process.argv;
if (folder === undefined) throw new Error('the guard names the folder');
process.exitCode = (await stopWhenUnused(layoutOf(dirname(folder)))) ? 0 : 1;
