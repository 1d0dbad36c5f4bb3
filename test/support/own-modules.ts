/** Imported before each test file. */
import { knowOwnModules } from '../../src/supervisor/own-modules.ts';

knowOwnModules();
