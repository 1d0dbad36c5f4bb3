import { registerHooks } from 'node:module';

/**
 * Says where our own modules are. Left to itself, Node asks the file system at each import for the
 * real path, and for a package.json in every folder above, to find out what kind of module it is:
 * of the four hundred modules of a command that is a third of its CPU time.
 */
export function knowOwnModules(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return next(specifier, context);
      const url = new URL(specifier, context.parentURL).href;
      return { url, format: 'module-typescript', shortCircuit: true };
    },
  });
}
