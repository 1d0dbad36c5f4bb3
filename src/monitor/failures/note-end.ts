import type { FailureBook } from './failure-book.ts';
import type { FailureFile } from './failure-file.ts';

/**
 * Has this process write down in the data folder the exception or rejection that ends it: there is
 * no time to tell anybody. `place`: what kind of process it is.
 */
export function noteEnd(place: string, book: FailureBook, file: FailureFile): void {
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    book.note({ kind: origin === 'unhandledRejection' ? 'rejection' : 'worker', error, place });
    try {
      file.append(book.take());
    } catch {
      // The disk is full: its last words are in the log, and the supervisor tells of its death.
    }
  });
}
