/**
 * The program of a worker process. Another release looks for it under this name.
 */
import { knowOwnModules } from '../supervisor/own-modules.ts';

knowOwnModules();
await import('./answer-requests.ts');
