export const disciplines = [
  'particle',
  'theory',
  'astronomy',
  'materials',
  'life',
  'mathematics',
  'computing',
  'history',
] as const;
export type Discipline = (typeof disciplines)[number];

export interface Journal {
  readonly name: string;
  /** In a DOI. */
  readonly code: string;
  /** Year of the volume before the first. */
  readonly before: number;
}

const journal = (name: string, code: string, before: number): Journal => ({ name, code, before });
/** Where each discipline publishes, the favourite first. */
export const journals: Readonly<Record<Discipline, readonly Journal[]>> = {
  particle: [
    journal('Phys. Rev. D', 'prd', 1949),
    journal('Phys. Lett. B', 'plb', 1949),
    journal('J. High Energy Phys.', 'jhep', 1949),
    journal('Nucl. Instrum. Methods A', 'nima', 1948),
    journal('Eur. Phys. J. C', 'epjc', 1949),
    journal('Phys. Rev. Lett.', 'prl', 1945),
  ],
  theory: [
    journal('Nucl. Phys. B', 'npb', 1949),
    journal('J. High Energy Phys.', 'jhep', 1949),
    journal('Phys. Rev. D', 'prd', 1949),
    journal('Commun. Math. Phys.', 'cmp', 1949),
    journal('Class. Quantum Gravity', 'cqg', 1949),
  ],
  astronomy: [
    journal('Astrophys. J.', 'apj', 1894),
    journal('Mon. Not. R. Astron. Soc.', 'mnras', 1840),
    journal('Astron. Astrophys.', 'aa', 1949),
    journal('Astron. J.', 'aj', 1848),
    journal('Icarus', 'icar', 1949),
  ],
  materials: [
    journal('Phys. Rev. B', 'prb', 1949),
    journal('Appl. Phys. Lett.', 'apl', 1949),
    journal('Adv. Mater.', 'adma', 1949),
    journal('J. Phys. Condens. Matter', 'jpcm', 1949),
    journal('Acta Crystallogr.', 'actac', 1947),
  ],
  life: [
    journal('J. Mol. Biol.', 'jmb', 1949),
    journal('Proc. Natl. Acad. Sci.', 'pnas', 1914),
    journal('J. Exp. Biol.', 'jeb', 1922),
    journal('Ecology', 'ecol', 1919),
    journal('Radiat. Res.', 'radres', 1949),
  ],
  mathematics: [
    journal('Ann. Math.', 'annm', 1883),
    journal('J. Algebra', 'jalg', 1949),
    journal('Acta Math.', 'actam', 1881),
    journal('J. Number Theory', 'jnt', 1949),
  ],
  computing: [
    journal('Commun. ACM', 'cacm', 1949),
    journal('J. Digit. Libr.', 'jdl', 1949),
    journal('Comput. Phys. Commun.', 'cpc', 1949),
    journal('Softw. Pract. Exp.', 'spe', 1949),
  ],
  history: [
    journal('Isis', 'isis', 1912),
    journal('Ann. Sci.', 'annsci', 1935),
    journal('J. Hist. Astron.', 'jha', 1949),
    journal('Hist. Stud. Nat. Sci.', 'hsns', 1949),
  ],
};
