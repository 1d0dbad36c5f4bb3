/**
 * The entry of `bin/reperio`.
 *
 * To add a command: write `commands/NAME.ts` that exports `command` (made with `defineCommand`, or
 * a `CommandGroup` of `defineSubcommand`s, see command.ts), and add its line to the table in
 * table.ts. Parsing, help, completion and the manual page come from these. A command parses nothing
 * and computes nothing: it calls one function of a room, prints what that returns, and lets
 * UserErrors through. Data goes to stdout, progress (progress.ts) and warnings to stderr. Its
 * module is loaded when it is called, so what it imports costs the other commands nothing.
 */
import { knowOwnModules } from '../supervisor/own-modules.ts';

knowOwnModules();
const { runCommandLine } = await import('./run.ts');
const { processWorld } = await import('./world.ts');

const { world, finish } = processWorld();
finish(await runCommandLine(process.argv.slice(2), world));
