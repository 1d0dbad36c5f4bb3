/** `npm run test:cluster [-- TIER ...]`: all tiers of test/cluster, or some. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type TierName, tiers } from './tiers.ts';

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in tiers));
if (unknown.length > 0) {
  console.error(`error: there is no tier ${unknown.join(', ')}\nhint: Tiers are ${Object.keys(tiers).join(', ')}.`);
  process.exit(2);
}
const wanted = (named.length > 0 ? named : Object.keys(tiers)) as readonly TierName[];
const files = wanted.map((name) => `test/cluster/${tiers[name].file}`);
const script = fileURLToPath(new URL('../../scripts/test', import.meta.url));
process.exitCode =
  spawnSync('sh', [script, ...files], { stdio: 'inherit', env: { ...process.env, TEST_WHOLE: '1' } }).status ?? 1;
