/**
 * The program of the background process. Another release looks for it under this name.
 */
import { knowOwnModules } from '../supervisor/own-modules.ts';

knowOwnModules();
await import('./work-in-background.ts');
