import { playbook } from '../../monitor/check/page.ts';
import type { Topology } from '../topology/topology.ts';

/** Where an operator reads what to do. */
export function runBook({ manual }: Pick<Topology, 'manual'>, page: string): string {
  return playbook(page, manual);
}
