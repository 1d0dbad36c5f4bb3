import { registerHooks } from 'node:module';

/**
 * Says where our own modules are. Left to itself, Node asks the file system at each import for the
 * real path, and for a package.json in every folder above, to find out what kind of module it is:
 * of the four hundred modules of a command, and the thousand of a worker, that is a third of the
 * CPU time of its start.
 */
export function knowOwnModules(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const { parentURL } = context;
      const isOwn = specifier.startsWith('.') && specifier.endsWith('.ts');
      if (parentURL === undefined || !isOwn) return next(specifier, context);
      return { url: joined(parentURL, specifier), format: 'module-typescript', shortCircuit: true };
    },
  });
}

/** As `new URL(specifier, parent).href`, for what begins with ./ or ../, in a tenth of the time. */
function joined(parent: string, specifier: string): string {
  let end = parent.lastIndexOf('/');
  let from = 0;
  for (;;) {
    if (specifier.startsWith('./', from)) from += 2;
    else if (specifier.startsWith('../', from)) {
      end = parent.lastIndexOf('/', end - 1);
      from += 3;
    } else return parent.slice(0, end + 1) + specifier.slice(from);
  }
}
