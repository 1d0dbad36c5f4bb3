import type { CheckRules } from '../../site/parse.ts';
import { parseRules } from './parse.ts';

/** For the rules of a site file. */
export const checkRules: CheckRules = (rules) => parseRules(rules).problems;
